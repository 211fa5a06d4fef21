#include "decoder.h"
#include <cstdlib>
#include <memory>
#include "loops.h"
#include "phases.h"
#include "workers.h"

namespace switchpoint {

namespace {

constexpr int64_t lanes = 16;

/// Memory for all of a step's rows.
class Workspace {
 public:
  /// Some more than asked for: rows whose length is a power of two would share a few places of the first cache.
  Rows rows(int64_t count, int64_t length) {
    const int64_t stride = (length + lanes - 1) / lanes * lanes + lanes;
    wanted_ += count * stride;
    return {nullptr, stride};
  }
  float* take(int64_t count) { return (at_ += count) - count; }
  void open() {
    memory_.reset(static_cast<float*>(std::aligned_alloc(64, wanted_ * sizeof(float))));
    at_ = memory_.get();
  }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  float* at_ = nullptr;
  int64_t wanted_ = 0;
};

/// Enough pieces for all threads to end at the same time, and no more: each row block reads the weights once more.
int64_t rowBlocksFor(int64_t rows, int64_t panels) {
  const int64_t tiles = (rows + loops().decoder.rowsTogether - 1) / loops().decoder.rowsTogether;
  const int64_t wanted = (4 * workerCount() + panels - 1) / panels;
  return wanted < tiles ? wanted : tiles;
}

}  // namespace

void decode(DecodeStep step, const DecoderTensors& tensors) {
  const ModelSizes& s = step.sizes;
  const LayerPlan plan(s);
  const int64_t n = step.rows;
  step.paddedHead = s.paddedHead();
  Workspace space;
  const struct {
    Rows* rows;
    int64_t count, length;
  } all[] = {
      {&step.x, n, panelsOf(s.width) * panelWidth},
      {&step.normed, n, s.width},
      {&step.joint, n, panelsOf(s.joint()) * panelWidth},
      {&step.attended, n, s.heads * s.headSize},
      {&step.unit, n, s.gatedPanels() * (panelWidth / 2)},
      {&step.logits, n, panelsOf(s.vocabulary) * panelWidth},
      {&step.scores, n * s.kvHeads, step.capacity},
  };
  for (const auto& one : all) *one.rows = space.rows(one.count, one.length);
  space.open();
  for (const auto& one : all) one.rows->data = space.take(one.count * one.rows->stride);

  Phases::run([&](Phases& phases) {
    const auto each = [&](int64_t pieces, void (*piece)(const DecodeStep&, int64_t)) {
      struct Task {
        const DecodeStep& step;
        void (*piece)(const DecodeStep&, int64_t);
      } const task{step, piece};
      const auto doOne = [](const void* t, int64_t i) {
        static_cast<const Task*>(t)->piece(static_cast<const Task*>(t)->step, i);
      };
      phases.share(pieces, doOne, &task);
    };
    const Decoder& loop = loops().decoder;
    const auto product = [&](Rows x, const float* panels, int64_t depth, int64_t panelCount, Rows y, auto how) {
      step.product = {x, panels, depth, panelCount, rowBlocksFor(n, panelCount), y, how};
      each(panelCount * step.product.rowBlocks, loop.product);
    };
    const auto norm = [&](const float* gain) {
      step.gain = gain;
      each(n, loop.norm);
    };
    each(n, loop.embed);
    for (int64_t i = 0; i < s.layers; i++) {
      const float* const layer = tensors.layers[i];
      step.qkvBias = s.family == Family::qwen2 ? layer + plan.qkvBias : nullptr;
      step.qNorm = s.family == Family::qwen3 ? layer + plan.qNorm : nullptr;
      step.kNorm = s.family == Family::qwen3 ? layer + plan.kNorm : nullptr;
      step.keys = tensors.keys[i];
      step.values = tensors.values[i];
      norm(layer + plan.attentionNorm);
      product(step.normed, layer + plan.qkv, s.width, panelsOf(s.joint()), step.joint, Product::assign);
      each(n * s.kvHeads, loop.attend);
      product(step.attended, layer + plan.out, s.heads * s.headSize, panelsOf(s.width), step.x, Product::add);
      norm(layer + plan.mlpNorm);
      product(step.normed, layer + plan.gated, s.width, s.gatedPanels(), step.unit, Product::gate);
      product(step.unit, layer + plan.down, s.hidden, panelsOf(s.width), step.x, Product::add);
    }
    norm(tensors.norm);
    product(step.normed, tensors.head, s.width, panelsOf(s.vocabulary), step.logits, Product::assign);
    each(n, loop.choose);
  });
}

}  // namespace switchpoint
