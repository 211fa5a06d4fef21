// Weights laid out for products with few rows. A weight [outputs, depth] is cut into panels of 32 outputs, each panel [depth][32]: a
// product reads it from front to back, and no call has to repack it.
#pragma once
#include <cstdint>

namespace switchpoint {

constexpr int64_t panelWidth = 32;

constexpr int64_t panelsOf(int64_t outputs) { return (outputs + panelWidth - 1) / panelWidth; }
constexpr int64_t packedSize(int64_t outputs, int64_t depth) { return panelsOf(outputs) * panelWidth * depth; }

/// What a model's family adds to Llama's layer.
enum class Family : int32_t { llama = 0, qwen2 = 1, qwen3 = 2 };

/// Sizes of a model. `read` takes them from the tensor in which a graph hands them over (recorded-policy/kernel-decoding.ts).
struct ModelSizes {
  int64_t layers, width, heads, kvHeads, headSize, hidden, vocabulary;
  Family family;
  /// Whether what goes into a product and what comes out is rounded to bfloat16, as in a graph of that precision.
  bool isRounded;

  static constexpr int numbers = 9;
  static ModelSizes read(const int32_t* from) {
    return {from[0], from[1], from[2], from[3], from[4], from[5], from[6], static_cast<Family>(from[7]), from[8] != 0};
  }

  /// Columns of the joint projection of q, k and v.
  int64_t joint() const { return (heads + 2 * kvHeads) * headSize; }
  /// A head's place in a cache: whole lanes.
  int64_t paddedHead() const { return (headSize + 15) / 16 * 16; }
  /// Panels of gate and up, 16 outputs of each side by side.
  int64_t gatedPanels() const { return (hidden + panelWidth / 2 - 1) / (panelWidth / 2); }
};

/// One layer's weights in one array: where each begins, in floats. What a family lacks has no room.
struct LayerPlan {
  int64_t attentionNorm, qkv, qkvBias, qNorm, kNorm, out, mlpNorm, gated, down, size;

  explicit LayerPlan(const ModelSizes& s) {
    int64_t at = 0;
    // Each on a boundary of 64 bytes.
    const auto next = [&at](int64_t count) {
      const int64_t here = at;
      at += (count + 15) / 16 * 16;
      return here;
    };
    attentionNorm = next(s.width);
    qkv = next(packedSize(s.joint(), s.width));
    qkvBias = next(s.family == Family::qwen2 ? s.joint() : 0);
    qNorm = next(s.family == Family::qwen3 ? s.headSize : 0);
    kNorm = next(s.family == Family::qwen3 ? s.headSize : 0);
    out = next(packedSize(s.width, s.heads * s.headSize));
    mlpNorm = next(s.width);
    gated = next(s.gatedPanels() * panelWidth * s.width);
    down = next(packedSize(s.width, s.hidden));
    size = at;
  }
};

}  // namespace switchpoint
