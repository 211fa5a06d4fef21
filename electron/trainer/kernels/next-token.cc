// The sampler's operations: prompts into the caches, and one token more for each sequence.
#include <cstring>
#include <vector>
#include "decoder.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

namespace {

constexpr int64_t keyBlock = 16;

bool areWithin(const int32_t* numbers, int64_t count, int64_t end) {
  for (int64_t i = 0; i < count; i++)
    if (numbers[i] < 0 || numbers[i] >= end) return false;
  return true;
}

/// Positions a sequence and head have room for in a cache [slots, kvHeads capacity paddedHead].
int64_t capacityOf(const Shape& cache, const ModelSizes& s) { return cache.width() / (s.kvHeads * s.paddedHead()); }

/// Keys and values of prompts [P, kvHeads, L, headSize] into slots.
void placePrompts(Call& call) {
  enum { sizes, prompt, slot, promptKeys, promptValues, keys, values };
  if (!call.require(call.shape(sizes).size() == ModelSizes::numbers, "a model has nine sizes")) return;
  const ModelSizes s = ModelSizes::read(call.whole(sizes));
  const Shape given = call.shape(promptKeys), cache = call.shape(keys);
  const int64_t pairs = call.shape(prompt).size(), length = given.rank == 4 ? given.sizes[2] : 0;
  const int64_t size = s.headSize, padded = s.paddedHead(), capacity = capacityOf(cache, s);
  if (!call.require(call.shape(promptValues) == given && call.shape(values) == cache, "keys and values differ in shape") ||
      !call.require(given.rank == 4 && given.sizes[1] == s.kvHeads && given.sizes[3] == size, "prompts of another model") ||
      !call.require(length <= capacity, "the prompts are longer than the slots") ||
      !call.require(call.shape(slot).size() == pairs && areWithin(call.whole(prompt), pairs, given.sizes[0]) &&
                        areWithin(call.whole(slot), pairs, cache.sizes[0]),
                    "there is no such prompt or slot"))
    return;
  const Out done = call.out(0, {});
  if (!call.isWell()) return;
  *static_cast<int32_t*>(done.data) = 1;
  const int32_t *from = call.whole(prompt), *to = call.whole(slot);
  const float *readKeys = call.floats(promptKeys), *readValues = call.floats(promptValues);
  float *cachedKeys = call.inPlace(keys), *cachedValues = call.inPlace(values);
  eachPart(pairs, [&](int64_t i) {
    for (int64_t head = 0; head < s.kvHeads; head++) {
      const int64_t source = (from[i] * s.kvHeads + head) * length * size;
      const int64_t target = (to[i] * s.kvHeads + head) * capacity * padded;
      for (int64_t at = 0; at < length; at++) {
        float* column = cachedKeys + target + at / keyBlock * keyBlock * padded + at % keyBlock;
        float* row = cachedValues + target + at * padded;
        for (int64_t j = 0; j < size; j++) column[j * keyBlock] = readKeys[source + at * size + j];
        memcpy(row, readValues + source + at * size, size * sizeof(float));
        for (int64_t j = size; j < padded; j++) column[j * keyBlock] = row[j] = 0.0f;
      }
    }
  });
}

void nextTokens(Call& call) {
  enum { sizes, normEps, tokens, positions, uniform, inverseTemperature, greedy, bias, topK, topP };
  enum { embedding = topP + 1, turns, norm, head, lists };
  if (!call.require(call.shape(sizes).size() == ModelSizes::numbers, "a model has nine sizes")) return;
  DecodeStep step{};
  const ModelSizes s = step.sizes = ModelSizes::read(call.whole(sizes));
  const int layers = static_cast<int>(s.layers), firstKeys = lists + layers, firstValues = firstKeys + layers;
  const Shape cache = call.shape(firstKeys);
  step.rows = call.shape(tokens).size();
  step.capacity = capacityOf(cache, s);
  if (!call.require(call.inputs() == firstValues + layers, "there is a list of another length than the model's layers") ||
      !call.require(call.shape(positions).size() == step.rows && call.shape(uniform).size() == step.rows,
                    "tokens, positions and noise differ in number") ||
      !call.require(areWithin(call.whole(tokens), step.rows, s.vocabulary), "there is no such token") ||
      !call.require(areWithin(call.whole(positions), step.rows, step.capacity) &&
                        areWithin(call.whole(positions), step.rows, call.shape(turns).rows()),
                    "a position is beyond the slots or the model") ||
      !call.require(step.rows <= cache.sizes[0] && step.capacity % keyBlock == 0, "there are not as many slots") ||
      !call.require(s.headSize <= largestHead && s.headSize % 2 == 0, "the heads are too large") ||
      !call.require(call.shape(embedding).size() == s.vocabulary * s.width && call.shape(norm).size() == s.width &&
                        call.shape(bias).size() == s.vocabulary && call.shape(turns).width() == s.headSize &&
                        call.shape(head).size() == packedSize(s.vocabulary, s.width),
                    "a weight is of another size"))
    return;
  const int64_t layerSize = LayerPlan(s).size;
  std::vector<const float*> layerWeights;
  std::vector<float*> keys, values;
  for (int i = 0; i < layers; i++) {
    const bool fits = call.shape(lists + i).size() == layerSize && call.shape(firstKeys + i) == cache &&
                      call.shape(firstValues + i) == cache;
    if (!call.require(fits, "a layer's weights or caches are of another size")) return;
    layerWeights.push_back(call.floats(lists + i));
    keys.push_back(call.inPlace(firstKeys + i));
    values.push_back(call.inPlace(firstValues + i));
  }
  step.normEps = call.number(normEps);
  step.tokens = call.whole(tokens);
  step.positions = call.whole(positions);
  step.uniforms = call.floats(uniform);
  step.embedding = call.floats(embedding);
  step.turns = call.floats(turns);
  step.bias = call.floats(bias);
  step.choosing = {call.number(inverseTemperature), call.number(greedy) != 0, *call.whole(topK), call.number(topP)};
  const Out chosen = call.out(0, {step.rows}), logp = call.out(1, {step.rows});
  if (!call.isWell()) return;
  step.chosen = static_cast<int32_t*>(chosen.data);
  step.logp = static_cast<float*>(logp.data);
  decode(step, {layerWeights.data(), keys.data(), values.data(), call.floats(norm), call.floats(head)});
}

}  // namespace

void registerNextTokens() {
  registerOperation({
      "SwitchpointPlacePrompts",
      {"sizes: int32", "prompt: int32", "slot: int32", "prompt_keys: float", "prompt_values: float", "keys: float",
       "values: float"},
      {"done: int32"},
      run<placePrompts>,
      {},
      true,
  });
  registerOperation({
      "SwitchpointNextTokens",
      {"sizes: int32", "norm_eps: float", "tokens: int32", "positions: int32", "uniform: float",
       "inverse_temperature: float", "greedy: float", "bias: float", "top_k: int32", "top_p: float", "embedding: float",
       "turns: float", "norm: float", "head: float", "layers: N * float", "keys: N * float", "values: N * float"},
      {"token: int32", "logp: float"},
      run<nextTokens>,
      {"N: int >= 1"},
      true,
  });
}

}  // namespace switchpoint
