// Lays a model's weights out for sampling: once before a rollout's first token.
#include <cstring>
#include "operation.h"
#include "operations.h"
#include "packed-weights.h"
#include "workers.h"

namespace switchpoint {

namespace {

/// The nearest bfloat16, ties to even.
float nearestHalf(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u;
  memcpy(&value, &bits, sizeof bits);
  return value;
}

/// `count` outputs from `first` on of a weight [outputs, depth], into columns `column`.. of a panel; those beyond the last are 0.
void packColumns(const float* weight, int64_t outputs, int64_t depth, int64_t first, int64_t count, int64_t column,
                 bool isRounded, float* panel) {
  for (int64_t i = 0; i < count; i++) {
    const float* row = first + i < outputs ? weight + (first + i) * depth : nullptr;
    float* to = panel + column + i;
    for (int64_t k = 0; k < depth; k++) to[k * panelWidth] = row == nullptr ? 0.0f : isRounded ? nearestHalf(row[k]) : row[k];
  }
}

void packWeight(const float* weight, int64_t outputs, int64_t depth, bool isRounded, float* packed) {
  eachPart(panelsOf(outputs), [&](int64_t panel) {
    packColumns(weight, outputs, depth, panel * panelWidth, panelWidth, 0, isRounded,
                packed + panel * panelWidth * depth);
  });
}

void packGated(const float* gate, const float* up, const ModelSizes& s, float* packed) {
  constexpr int64_t half = panelWidth / 2;
  eachPart(s.gatedPanels(), [&](int64_t panel) {
    float* to = packed + panel * panelWidth * s.width;
    packColumns(gate, s.hidden, s.width, panel * half, half, 0, s.isRounded, to);
    packColumns(up, s.hidden, s.width, panel * half, half, half, s.isRounded, to);
  });
}

void packOne(Call& call) {
  const Shape shape = call.shape(1);
  if (!call.require(call.shape(0).size() == ModelSizes::numbers, "a model has nine sizes") ||
      !call.require(shape.rank == 2, "a weight has two axes"))
    return;
  const Out packed = call.out(0, {packedSize(shape.sizes[0], shape.sizes[1])});
  if (!call.isWell()) return;
  const bool isRounded = ModelSizes::read(call.whole(0)).isRounded;
  packWeight(call.floats(1), shape.sizes[0], shape.sizes[1], isRounded, static_cast<float*>(packed.data));
}

void packLayer(Call& call) {
  if (!call.require(call.shape(0).size() == ModelSizes::numbers, "a model has nine sizes")) return;
  const ModelSizes s = ModelSizes::read(call.whole(0));
  const LayerPlan plan(s);
  const Out out = call.out(0, {plan.size});
  if (!call.isWell()) return;
  float* const packed = static_cast<float*>(out.data);
  memset(packed, 0, plan.size * sizeof(float));
  int next = 1;
  const auto weight = [&](int64_t count) -> const float* {
    const int i = next++;
    return call.require(call.shape(i).size() == count, "a layer's weight is of another size") ? call.floats(i) : nullptr;
  };
  const auto copy = [&](int64_t to, int64_t count) {
    if (const float* from = weight(count)) memcpy(packed + to, from, count * sizeof(float));
  };
  const auto product = [&](int64_t to, int64_t outputs, int64_t depth) {
    if (const float* from = weight(outputs * depth)) packWeight(from, outputs, depth, s.isRounded, packed + to);
  };
  copy(plan.attentionNorm, s.width);
  product(plan.qkv, s.joint(), s.width);
  if (s.family == Family::qwen2) copy(plan.qkvBias, s.joint());
  if (s.family == Family::qwen3) {
    copy(plan.qNorm, s.headSize);
    copy(plan.kNorm, s.headSize);
  }
  product(plan.out, s.width, s.heads * s.headSize);
  copy(plan.mlpNorm, s.width);
  const float* gate = weight(s.hidden * s.width);
  const float* up = weight(s.hidden * s.width);
  if (!call.isWell()) return;
  packGated(gate, up, s, packed + plan.gated);
  product(plan.down, s.width, s.hidden);
}

}  // namespace

void registerPackedWeights() {
  registerOperation({"SwitchpointPackWeight", {"sizes: int32", "weight: float"}, {"packed: float"}, run<packOne>});
  registerOperation({
      "SwitchpointPackLayer",
      {"sizes: int32", "weights: N * float"},
      {"packed: float"},
      run<packLayer>,
      {"N: int >= 1"},
  });
}

}  // namespace switchpoint
