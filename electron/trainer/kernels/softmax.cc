// The softmax of causal attention, which needs neither a mask nor the half of the scores that it would hide.
#include "loops.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

static bool isSquare(Call& call, const Shape& shape) {
  return call.require(shape.rank >= 2 && shape.sizes[shape.rank - 1] == shape.sizes[shape.rank - 2],
                      "scores are [.., positions, positions]");
}

/// Rows of one part: about 64 KiB of numbers.
static int64_t rowsOf(int64_t positions) { return positions >= 16384 ? 1 : 16384 / positions; }

static void causalSoftmax(Call& call) {
  const Shape shape = call.shape(0);
  if (!isSquare(call, shape)) return;
  const In scores = call.in(0);
  const Out p = call.outOver(0, shape, {0});
  if (!call.isWell()) return;
  const int64_t width = shape.width();
  inParts(shape.rows(), [&](int64_t from, int64_t to) { loops().causalSoftmax(scores, p, width, from, to); }, rowsOf(width));
}

static void causalSoftmaxGradient(Call& call) {
  const Shape shape = call.shape(0);
  if (!isSquare(call, shape)) return;
  if (!call.require(call.shape(1) == shape, "p and dp differ in shape")) return;
  const In p = call.in(0), dp = call.in(1);
  const Out ds = call.outOver(0, shape, {1});
  if (!call.isWell()) return;
  const int64_t width = shape.width();
  inParts(shape.rows(), [&](int64_t from, int64_t to) { loops().causalSoftmaxGradient(p, dp, ds, width, from, to); }, rowsOf(width));
}

void registerSoftmax() {
  registerOperation({"SwitchpointCausalSoftmax", {"scores"}, {"p"}, run<causalSoftmax>});
  registerOperation({"SwitchpointCausalSoftmaxGradient", {"p", "d_p"}, {"d_scores"}, run<causalSoftmaxGradient>});
}

}  // namespace switchpoint
