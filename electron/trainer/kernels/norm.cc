// RMSNorm with the addition before it, and its gradient with the additions around it, in two passes over rows that stay in the cache.
#include <vector>
#include "loops.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

/// Rows that one part works on; also the order in which the gain's gradient is summed, so it must not depend on threads.
constexpr int64_t rows_a_part = 64;

/// An input that may be left out: a scalar stands for nothing.
static In optional(Call& call, int input) {
  return call.shape(input).rank == 0 ? In{nullptr, false} : call.in(input);
}

static bool isOptional(const Shape& shape, const Shape& expected) { return shape.rank == 0 || shape == expected; }

// x, more or a scalar, gain -> x + more, y, r
static void norm(Call& call) {
  const Shape shape = call.shape(0);
  const int64_t width = shape.width(), rows = shape.rows();
  if (!call.require(isOptional(call.shape(1), shape), "x and more differ in shape")) return;
  if (!call.require(call.shape(2).size() == width, "the gain is not as wide as x")) return;
  const In x = call.in(0), more = optional(call, 1);
  const float* gain = call.floats(2);
  const float eps = call.number(3);
  const Out sum = more.data == nullptr ? call.same(0, 0) : call.out(0, shape);
  const Out y = call.out(1, shape);
  const Out r = call.out(2, {rows});
  if (!call.isWell()) return;
  inParts(rows, [&](int64_t from, int64_t to) {
    loops().norm(x, more, gain, eps, sum, y, static_cast<float*>(r.data), width, from, to);
  }, rows_a_part);
}

// dy, dy2 or a scalar, x + more, r, gain, residual or a scalar -> d(x + more), dGain
static void normGradient(Call& call) {
  const Shape shape = call.shape(2);
  const int64_t width = shape.width(), rows = shape.rows();
  if (!call.require(call.shape(0) == shape && isOptional(call.shape(1), shape) && isOptional(call.shape(5), shape),
                    "gradients and x differ in shape"))
    return;
  if (!call.require(call.shape(3).size() == rows && call.shape(4).size() == width, "r or the gain do not fit x")) return;
  const In dy = call.in(0), dy2 = optional(call, 1), sum = call.in(2), residual = optional(call, 5);
  const float *r = call.floats(3), *gain = call.floats(4);
  const Out dSum = residual.data == nullptr ? call.outOver(0, shape, {0}) : call.outOver(0, shape, {5, 0});
  const Out dGain = call.out(1, {width});
  if (!call.isWell()) return;
  const int64_t parts = (rows + rows_a_part - 1) / rows_a_part;
  std::vector<float> partial(parts * width, 0.0f);
  inParts(rows, [&](int64_t from, int64_t to) {
    float* own = partial.data() + from / rows_a_part * width;
    loops().normGradient(dy, dy2, sum, r, gain, residual, dSum, own, width, from, to);
  }, rows_a_part);
  float* total = static_cast<float*>(dGain.data);
  for (int64_t i = 0; i < width; i++) total[i] = 0;
  for (int64_t part = 0; part < parts; part++)
    for (int64_t i = 0; i < width; i++) total[i] += partial[part * width + i];
}

void registerNorm() {
  registerOperation({
      "SwitchpointNorm",
      {"x", "more", "gain: float", "eps: float"},
      {"sum", "y", "r: float"},
      run<norm>,
  });
  registerOperation({
      "SwitchpointNormGradient",
      {"d_y", "d_y2", "x", "r: float", "gain: float", "residual"},
      {"d_x", "d_gain: float"},
      run<normGradient>,
  });
}

}  // namespace switchpoint
