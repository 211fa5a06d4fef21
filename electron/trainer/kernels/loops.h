// The inner loops of all kernels, compiled once for each instruction set; `loops()` is the best set this processor has.
#pragma once
#include "decoder.h"
#include "elements.h"

namespace switchpoint {

/// How q, k and v lie in their joint projection.
struct HeadSizes {
  int64_t heads, kvHeads, size;
  int64_t positions;  // of a sequence
  int64_t rows;       // of all sequences
  float scale;        // of q
};

/// The numbers of one step of AdamW: step size and epsilon with their corrections, decay 1 - lr λ, and the factor of the gradient.
struct AdamwStep {
  float size, eps, beta1, beta2, decay, clip;
};

struct Loops {
  /// unit[i] = gate[i] σ(gate[i]) up[i] for i from `from` to `to`.
  void (*gatedUnit)(In gate, In up, Out unit, int64_t from, int64_t to);
  /// The gradients of gate and up from that of the unit.
  void (*gatedUnitGradient)(In dUnit, In gate, In up, Out dGate, Out dUp, int64_t from, int64_t to);
  /// sum = x + more, y = sum r gain, by rows; `more` may be nothing, and `sum` then is not written.
  void (*norm)(In x, In more, const float* gain, float eps, Out sum, Out y, float* r, int64_t width, int64_t from, int64_t to);
  void (*normGradient)(In dy, In dy2, In sum, const float* r, const float* gain, In residual, Out dSum, float* dGain, int64_t width,
                       int64_t from, int64_t to);
  void (*heads)(In joint, const float* turns, Out q, Out k, Out v, HeadSizes sizes, int64_t from, int64_t to);
  void (*headsGradient)(In dq, In dk, In dv, const float* turns, Out dJoint, HeadSizes sizes, int64_t from, int64_t to);
  void (*causalSoftmax)(In scores, Out p, int64_t positions, int64_t from, int64_t to);
  void (*causalSoftmaxGradient)(In p, In dp, Out ds, int64_t positions, int64_t from, int64_t to);
  /// Without targets: entropies in place of log-probabilities.
  void (*logProbability)(In logits, const int32_t* target, float* value, float* sums, int64_t width, int64_t from, int64_t to);
  void (*logProbabilityGradient)(const float* d, In logits, const float* sums, const int32_t* target, const float* entropy, Out dLogits,
                                 int64_t width, int64_t from, int64_t to);
  void (*adamw)(float* w, float* m, float* v, In gradient, AdamwStep step, int64_t from, int64_t to);
  /// A step of a sampler (decoder.h).
  Decoder decoder;
};

const Loops& loops();

}  // namespace switchpoint
