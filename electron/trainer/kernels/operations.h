// All operations, by the file that defines them. Each function throws when TensorFlow refuses its operation.
#pragma once

namespace switchpoint {

void registerGatedUnit();

}  // namespace switchpoint
