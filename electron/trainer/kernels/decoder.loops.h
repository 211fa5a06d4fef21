// Every number that a row gets is worked out in one order, whatever rows stand beside it and whichever thread does it: an answer does not
// depend on the batch that it is sampled in.

/// The nearest bfloat16, ties to even.
ALWAYS_INLINE Lanes nearestHalf(Lanes x) {
  return lanesFrom([&](int64_t i) __attribute__((always_inline)) -> Part {
    const WholePart bits = (WholePart)x.parts[i];
    return (Part)((bits + 0x7fff + ((bits >> 16) & 1)) & static_cast<int32_t>(0xffff0000));
  });
}

/// A product's sum as the graph's precision has it.
ALWAYS_INLINE Lanes asProduct(const DecodeStep& step, Lanes x) { return step.sizes.isRounded ? nearestHalf(x) : x; }

/// A row that goes into a product; it has room for whole lanes.
ALWAYS_INLINE void roundForProduct(const DecodeStep& step, float* row, int64_t count) {
  if (!step.sizes.isRounded) return;
  for (int64_t i = 0; i < count; i += laneCount) store(row + i, nearestHalf(load(row + i)));
}

static void embedRow(const DecodeStep& step, int64_t row) {
  const int64_t width = step.sizes.width;
  memcpy(step.x[row], step.embedding + step.tokens[row] * width, width * sizeof(float));
}

/// 1 / sqrt(mean(x²) + eps)
ALWAYS_INLINE float inverseNorm(const float* x, int64_t count, float eps) {
  Lanes squares = everywhere(0.0f);
  int64_t i = 0;
  for (; i + laneCount <= count; i += laneCount) squares = sumWith(squares, load(x + i), load(x + i));
  float sum = sumOf(squares);
  for (; i < count; i++) sum += x[i] * x[i];
  return 1.0f / sqrtf(sum / static_cast<float>(count) + eps);
}

static void normRow(const DecodeStep& step, int64_t row) {
  const float* x = step.x[row];
  float* y = step.normed[row];
  const float r = inverseNorm(x, step.sizes.width, step.normEps);
  for (int64_t i = 0; i < step.sizes.width; i++) y[i] = x[i] * r * step.gain[i];
  roundForProduct(step, y, step.sizes.width);
}

/// sums [R][32] = R rows of x times one panel.
template <int R>
ALWAYS_INLINE void tile(const float* x, int64_t stride, const float* panel, int64_t depth, float* sums) {
  Lanes left[R], right[R];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) left[r] = right[r] = everywhere(0.0f);
  for (int64_t k = 0; k < depth; k++) {
    const float* const line = panel + k * panelWidth;
    __builtin_prefetch(line + 16 * panelWidth);
    __builtin_prefetch(line + 16 * panelWidth + laneCount);
    const Lanes a = load(line), b = load(line + laneCount);
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
      const Lanes factor = everywhere(x[r * stride + k]);
      left[r] = sumWith(left[r], factor, a);
      right[r] = sumWith(right[r], factor, b);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) {
    store(sums + r * panelWidth, left[r]);
    store(sums + r * panelWidth + laneCount, right[r]);
  }
}

#if defined(__AVX512F__)
constexpr int64_t rowsTogether = 12;  // 24 sums, and 32 registers
#else
constexpr int64_t rowsTogether = 3;
#endif

static void tileOf(int64_t rows, const float* x, int64_t stride, const float* panel, int64_t depth, float* sums) {
  switch (rows) {
    case 1: return tile<1>(x, stride, panel, depth, sums);
    case 2: return tile<2>(x, stride, panel, depth, sums);
    case 3: return tile<3>(x, stride, panel, depth, sums);
#if defined(__AVX512F__)
    case 4: return tile<4>(x, stride, panel, depth, sums);
    case 5: return tile<5>(x, stride, panel, depth, sums);
    case 6: return tile<6>(x, stride, panel, depth, sums);
    case 7: return tile<7>(x, stride, panel, depth, sums);
    case 8: return tile<8>(x, stride, panel, depth, sums);
    case 9: return tile<9>(x, stride, panel, depth, sums);
    case 10: return tile<10>(x, stride, panel, depth, sums);
    case 11: return tile<11>(x, stride, panel, depth, sums);
    case 12: return tile<12>(x, stride, panel, depth, sums);
#endif
  }
}

/// Which of `parts` nearly equal parts of 0..count begins where.
ALWAYS_INLINE int64_t beginOf(int64_t part, int64_t parts, int64_t count) { return count * part / parts; }

static void productPiece(const DecodeStep& step, int64_t piece) {
  const Product& p = step.product;
  const int64_t panel = piece % p.panelCount, rowBlock = piece / p.panelCount;
  const int64_t from = beginOf(rowBlock, p.rowBlocks, step.rows), to = beginOf(rowBlock + 1, p.rowBlocks, step.rows);
  const float* const weights = p.panels + panel * panelWidth * p.depth;
  const int64_t tiles = (to - from + rowsTogether - 1) / rowsTogether;
  for (int64_t t = 0; t < tiles; t++) {
    const int64_t first = from + beginOf(t, tiles, to - from), rows = from + beginOf(t + 1, tiles, to - from) - first;
    float sums[rowsTogether * panelWidth] __attribute__((aligned(64)));
    tileOf(rows, p.x[first], p.x.stride, weights, p.depth, sums);
    for (int64_t r = 0; r < rows; r++) {
      const Lanes a = asProduct(step, load(sums + r * panelWidth));
      const Lanes b = asProduct(step, load(sums + r * panelWidth + laneCount));
      float* const y = p.y[first + r];
      switch (p.how) {
        case Product::assign:
          store(y + panel * panelWidth, a);
          store(y + panel * panelWidth + laneCount, b);
          break;
        case Product::add:
          store(y + panel * panelWidth, load(y + panel * panelWidth) + a);
          store(y + panel * panelWidth + laneCount, load(y + panel * panelWidth + laneCount) + b);
          break;
        case Product::gate:
          store(y + panel * laneCount, asProduct(step, a * (b / (everywhere(1.0f) + exponential(everywhere(0.0f) - a)))));
          break;
      }
    }
  }
}

/// One head of q or k in `to`: bias, its own norm, its position's turn, each where the model has it. Beyond the head: 0.
ALWAYS_INLINE void headInto(float* to, const DecodeStep& step, const float* from, const float* bias, const float* gain,
                            const float* turn, float scale) {
  const int64_t size = step.sizes.headSize;
  for (int64_t i = 0; i < size; i++) to[i] = bias == nullptr ? from[i] : from[i] + bias[i];
  if (gain != nullptr) {
    const float r = inverseNorm(to, size, step.normEps);
    for (int64_t i = 0; i < size; i++) to[i] = to[i] * r * gain[i];
  }
  for (int64_t i = 0; turn != nullptr && i < size; i += 2) {
    const float c = turn[i] * scale, s = turn[i + 1] * scale, a = to[i], b = to[i + 1];
    to[i] = a * c - b * s;
    to[i + 1] = a * s + b * c;
  }
  for (int64_t i = size; i < step.paddedHead; i++) to[i] = 0.0f;
}

/// Caches are larger than the processor's: what lies this far ahead is asked for now.
constexpr int64_t ahead = 1024;

/// Scores of 16 positions, whose keys are [size][16]. Four chains, for one would wait for itself.
ALWAYS_INLINE Lanes scoresOf(const float* q, const float* keys, int64_t size) {
  Lanes sums[4] = {everywhere(0.0f), everywhere(0.0f), everywhere(0.0f), everywhere(0.0f)};
  for (int64_t i = 0; i < size; i += 4) {
#pragma GCC unroll 4
    for (int64_t j = 0; j < 4; j++) {
      __builtin_prefetch(keys + (i + j) * laneCount + ahead);
      sums[j] = sumWith(sums[j], everywhere(q[i + j]), load(keys + (i + j) * laneCount));
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// out [size] = Σ_j p_j values_j, lane by lane, all lanes of a head side by side.
template <int L>
ALWAYS_INLINE void gatherValues(const float* p, const float* values, int64_t count, int64_t size, float scale, float* out) {
  Lanes sums[L];
#pragma GCC unroll 8
  for (int l = 0; l < L; l++) sums[l] = everywhere(0.0f);
  for (int64_t j = 0; j < count; j++) {
    const Lanes factor = everywhere(p[j]);
#pragma GCC unroll 8
    for (int l = 0; l < L; l++) {
      __builtin_prefetch(values + j * size + l * laneCount + ahead);
      sums[l] = sumWith(sums[l], factor, load(values + j * size + l * laneCount));
    }
  }
#pragma GCC unroll 8
  for (int l = 0; l < L; l++) store(out + l * laneCount, sums[l] * everywhere(scale));
}

static void attendPiece(const DecodeStep& step, int64_t piece) {
  const ModelSizes& s = step.sizes;
  const int64_t row = piece / s.kvHeads, kvHead = piece % s.kvHeads;
  const int64_t size = s.headSize, padded = step.paddedHead, group = s.heads / s.kvHeads, position = step.positions[row];
  const int64_t slot = piece * step.capacity * padded;
  float* const keys = step.keys + slot;
  float* const values = step.values + slot;
  const float* const joint = step.joint[row];
  const float* const turn = step.turns + position * size;
  const auto biasOf = [&](int64_t head) { return step.qkvBias == nullptr ? nullptr : step.qkvBias + head * size; };

  float head[largestHead] __attribute__((aligned(64)));
  const int64_t kHead = s.heads + kvHead, vHead = kHead + s.kvHeads;
  headInto(head, step, joint + kHead * size, biasOf(kHead), step.kNorm, turn, 1.0f);
  float* const column = keys + position / laneCount * laneCount * padded + position % laneCount;
  for (int64_t i = 0; i < padded; i++) column[i * laneCount] = head[i];
  headInto(values + position * padded, step, joint + vHead * size, biasOf(vHead), nullptr, nullptr, 1.0f);

  const float scale = 1.0f / sqrtf(static_cast<float>(size));
  const int64_t blocks = position / laneCount + 1;
  float* const p = step.scores[piece];
  for (int64_t g = 0; g < group; g++) {
    const int64_t qHead = kvHead * group + g;
    headInto(head, step, joint + qHead * size, biasOf(qHead), step.qNorm, turn, scale);
    for (int64_t b = 0; b < blocks; b++) store(p + b * laneCount, scoresOf(head, keys + b * laneCount * padded, padded));
    // Beyond the position stands what an earlier sequence left.
    for (int64_t j = position + 1; j < blocks * laneCount; j++) p[j] = -3e38f;
    Lanes highest = load(p);
    for (int64_t b = 1; b < blocks; b++) highest = larger(highest, load(p + b * laneCount));
    const float top = largestOf(highest);
    Lanes sums = everywhere(0.0f);
    for (int64_t b = 0; b < blocks; b++) {
      const Lanes e = exponential(load(p + b * laneCount) - everywhere(top));
      store(p + b * laneCount, e);
      sums = sums + e;
    }
    const float share = 1.0f / sumOf(sums);
    float* const out = step.attended[row] + qHead * size;
    float gathered[largestHead] __attribute__((aligned(64)));
    int64_t l = 0;
    for (; l + 4 * laneCount <= padded; l += 4 * laneCount)
      gatherValues<4>(p, values + l, position + 1, padded, share, gathered + l);
    for (; l < padded; l += laneCount) gatherValues<1>(p, values + l, position + 1, padded, share, gathered + l);
    roundForProduct(step, gathered, padded);
    memcpy(out, gathered, size * sizeof(float));
  }
}

/// Temperature, top-k, top-p, and the inverse of the cumulative distribution in the order of token ids. Works in the row of logits.
static void chooseRow(const DecodeStep& step, int64_t row) {
  const Choosing& choosing = step.choosing;
  const int64_t vocabulary = step.sizes.vocabulary, blocks = (vocabulary + laneCount - 1) / laneCount;
  float* const z = step.logits[row];
  for (int64_t v = 0; v < vocabulary; v++) z[v] += step.bias[v];
  for (int64_t v = vocabulary; v < blocks * laneCount; v++) z[v] = -3e38f;
  Lanes highest = load(z);
  for (int64_t b = 1; b < blocks; b++) highest = larger(highest, load(z + b * laneCount));
  const float top = largestOf(highest);
  int64_t best = 0;
  while (best + 1 < vocabulary && z[best] != top) best++;

  double total = 0;
  for (int64_t b = 0; b < blocks; b++) {
    const Lanes w = exponential((load(z + b * laneCount) - everywhere(top)) * everywhere(choosing.inverseTemperature));
    store(z + b * laneCount, w);
    total += sumOf(w);
  }
  const auto choose = [&](int64_t token) {
    step.chosen[row] = static_cast<int32_t>(token);
    step.logp[row] = static_cast<float>(log(static_cast<double>(z[token])) - log(total));
  };
  if (choosing.greedy) return choose(best);

  double mass = total;
  float least = 0.0f;
  if (choosing.topK > 0 || choosing.topP < 1.0f) {
    least = leastKept(z, vocabulary, choosing.topK, choosing.topP);
    mass = 0;
    for (int64_t b = 0; b < blocks; b++) mass += sumOf(keptOf(load(z + b * laneCount), everywhere(least)));
  }
  // Just under 1, so that rounding cannot lift the target to the total and past the last token.
  const double target = mass * (step.uniforms[row] * (1.0 - 1.0 / (1 << 20)));
  double before = 0;
  int64_t at = 0;
  for (; at + 1 < blocks; at++) {
    const double after = before + sumOf(keptOf(load(z + at * laneCount), everywhere(least)));
    if (after > target) break;
    before = after;
  }
  int64_t token = best;
  for (int64_t v = at * laneCount; v < (at + 1) * laneCount; v++) {
    if (z[v] <= 0.0f || z[v] < least) continue;
    token = v;  // the last with weight, should a block's tokens sum to less than the block
    before += z[v];
    if (before > target) break;
  }
  choose(token);
}
