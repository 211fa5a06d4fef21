// One more token for each of several sequences: the state of a step, and the pieces of its phases, compiled once for each instruction set.
#pragma once
#include "packed-weights.h"

namespace switchpoint {

/// Heads are worked on in the stack's memory.
constexpr int64_t largestHead = 512;

/// Rows of floats, each beginning on a boundary of 64 bytes.
struct Rows {
  float* data;
  int64_t stride;
  __attribute__((always_inline)) float* operator[](int64_t row) const { return data + row * stride; }
};

struct Choosing {
  float inverseTemperature;
  bool greedy;
  int32_t topK;  // 0: all
  float topP;
};

/// A product of all rows with one weight, cut into (row block, panel).
struct Product {
  Rows x;
  const float* panels;
  int64_t depth, panelCount, rowBlocks;
  Rows y;
  enum { assign, add, gate } how;
};

struct DecodeStep {
  ModelSizes sizes;
  float normEps;
  int64_t rows, capacity;
  int64_t paddedHead;
  const int32_t *tokens, *positions;
  const float* uniforms;
  const float *embedding, *turns, *bias;  // turns: (cos, sin) of each pair by position, [positions, headSize]
  Choosing choosing;
  Rows x, normed, joint, attended, unit, logits;
  Rows scores;  // [rows kvHeads, capacity]
  int32_t* chosen;
  float* logp;

  // The layer and the product of the moment.
  const float* gain;
  const float *qkvBias, *qNorm, *kNorm;  // null where the family has none
  float *keys, *values;
  Product product;
};

struct Decoder {
  /// How many rows of a product are worked out together: as many as leave their sums in registers.
  int64_t rowsTogether;
  void (*embed)(const DecodeStep& step, int64_t row);
  /// normed = x / rms(x) ∘ gain
  void (*norm)(const DecodeStep& step, int64_t row);
  /// y (+)= x Wᵀ, or y = silu(x Gᵀ) ∘ x Uᵀ, for one piece.
  void (*product)(const DecodeStep& step, int64_t piece);
  /// Turns q and k of one sequence and one k head, adds k and v to the cache, and gathers what its q heads look at.
  void (*attend)(const DecodeStep& step, int64_t piece);
  void (*choose)(const DecodeStep& step, int64_t row);
};

/// What a step needs of the model and its caches, layer by layer.
struct DecoderTensors {
  const float* const* layers;  // by `LayerPlan`
  float* const* keys;          // in blocks of 16 positions, each [paddedHead][16]: 16 scores are one chain of products, no sum across lanes
  float* const* values;        // [slots, kvHeads, capacity, paddedHead]
  const float *norm, *head;    // the last norm's gain; the head's panels
};

/// A whole step on all threads: extends the caches by the given tokens, chooses the next ones.
void decode(DecodeStep step, const DecoderTensors& tensors);

/// The smallest weight that stays: among the K heaviest of `count`, those before which less than P of their mass has gone.
float leastKept(const float* weights, int64_t count, int32_t topK, float topP);

}  // namespace switchpoint
