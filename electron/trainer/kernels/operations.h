// All operations, by the file that defines them. Each function throws when TensorFlow refuses its operation.
#pragma once

namespace switchpoint {

void registerAdamw();
void registerGatedUnit();
void registerHeads();
void registerLogProbability();
void registerNorm();
void registerSoftmax();
void registerPackedWeights();
void registerNextTokens();

}  // namespace switchpoint
