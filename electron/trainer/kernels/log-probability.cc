// From logits to log-probabilities and entropies, keeping two numbers a row; the gradient works the probabilities out once more.
#include "loops.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

constexpr int64_t rows_a_part = 16;

static bool areTokens(Call& call, const Shape& logits, const int32_t* targets, const Shape& shape) {
  if (!call.require(shape.size() == logits.rows(), "one target a row of logits is needed")) return false;
  for (int64_t i = 0; i < logits.rows(); i++)
    if (!call.require(targets[i] >= 0 && targets[i] < logits.width(), "a target is not in the vocabulary")) return false;
  return true;
}

static void forward(Call& call, const int32_t* targets) {
  const Shape logits = call.shape(0);
  const In in = call.in(0);
  const Out value = call.out(0, {logits.rows()}), sums = call.out(1, {logits.rows(), 2});
  if (!call.isWell()) return;
  inParts(logits.rows(), [&](int64_t from, int64_t to) {
    loops().logProbability(in, targets, static_cast<float*>(value.data), static_cast<float*>(sums.data), logits.width(), from, to);
  }, rows_a_part);
}

static void backward(Call& call, const int32_t* targets, const float* entropy) {
  const Shape logits = call.shape(1);
  if (!call.require(call.shape(0).size() == logits.rows() && call.shape(2).size() == 2 * logits.rows(), "a gradient and sums a row are needed")) return;
  const float *d = call.floats(0), *sums = call.floats(2);
  const In in = call.in(1);
  const Out dLogits = call.outOver(0, logits, {1});
  if (!call.isWell()) return;
  inParts(logits.rows(), [&](int64_t from, int64_t to) {
    loops().logProbabilityGradient(d, in, sums, targets, entropy, dLogits, logits.width(), from, to);
  }, rows_a_part);
}

static void logProbability(Call& call) {
  const int32_t* targets = call.whole(1);
  if (areTokens(call, call.shape(0), targets, call.shape(1))) forward(call, targets);
}

static void logProbabilityGradient(Call& call) {
  const int32_t* targets = call.whole(3);
  if (areTokens(call, call.shape(1), targets, call.shape(3))) backward(call, targets, nullptr);
}

static void entropy(Call& call) { forward(call, nullptr); }

static void entropyGradient(Call& call) {
  if (call.require(call.shape(3).size() == call.shape(1).rows(), "an entropy a row is needed")) backward(call, nullptr, call.floats(3));
}

void registerLogProbability() {
  registerOperation({"SwitchpointLogProbability", {"logits", "targets: int32"}, {"logp: float", "sums: float"}, run<logProbability>});
  registerOperation({
      "SwitchpointLogProbabilityGradient",
      {"d_logp: float", "logits", "sums: float", "targets: int32"},
      {"d_logits"},
      run<logProbabilityGradient>,
  });
  registerOperation({"SwitchpointEntropy", {"logits"}, {"entropy: float", "sums: float"}, run<entropy>});
  registerOperation({
      "SwitchpointEntropyGradient",
      {"d_entropy: float", "logits", "sums: float", "entropy: float"},
      {"d_logits"},
      run<entropyGradient>,
  });
}

}  // namespace switchpoint
