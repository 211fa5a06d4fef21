// From the joint projection of q, k and v, [N, (heads + 2 kv) hd], to the heads of each, [heads, B, T, hd], turned by their positions; and
// back. `turns` [T, hd] are pairs (cos, sin); q also takes the scores' scale.

static inline void turnHead(const float* x, const float* turn, float scale, float* y, int64_t size) {
#pragma omp simd
  for (int64_t j = 0; j < size / 2; j++) {
    const float a = x[2 * j] * scale, b = x[2 * j + 1] * scale;
    const float c = turn[2 * j], s = turn[2 * j + 1];
    y[2 * j] = a * c - b * s;
    y[2 * j + 1] = a * s + b * c;
  }
}

static inline void turnHeadBack(const float* x, const float* turn, float scale, float* y, int64_t size) {
#pragma omp simd
  for (int64_t j = 0; j < size / 2; j++) {
    const float a = x[2 * j] * scale, b = x[2 * j + 1] * scale;
    const float c = turn[2 * j], s = turn[2 * j + 1];
    y[2 * j] = a * c + b * s;
    y[2 * j + 1] = b * c - a * s;
  }
}

static inline void copyHead(const float* x, float* y, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; i++) y[i] = x[i];
}

/// Rows of one sequence after another: row n = b T + t.
static void headsLoop(In joint, const float* turns, Out q, Out k, Out v, HeadSizes sizes, int64_t from, int64_t to) {
  float xs[block], ys[block];
  const int64_t size = sizes.size, width = (sizes.heads + 2 * sizes.kvHeads) * size;
  for (int64_t row = from; row < to; row++) {
    const float* turn = turns + row % sizes.positions * size;
    for (int64_t head = 0; head < sizes.heads + 2 * sizes.kvHeads; head++) {
      const float* x = reading(joint, row * width + head * size, size, xs);
      const bool isQ = head < sizes.heads, isK = !isQ && head < sizes.heads + sizes.kvHeads;
      const Out& out = isQ ? q : isK ? k : v;
      const int64_t own = isQ ? head : isK ? head - sizes.heads : head - sizes.heads - sizes.kvHeads;
      const int64_t at = (own * sizes.rows + row) * size;
      float* y = writing(out, at, ys);
      if (isQ || isK)
        turnHead(x, turn, isQ ? sizes.scale : 1.0f, y, size);
      else
        copyHead(x, y, size);
      finish(out, at, size, ys);
    }
  }
}

static void headsGradientLoop(In dq, In dk, In dv, const float* turns, Out dJoint, HeadSizes sizes, int64_t from, int64_t to) {
  float xs[block], ys[block];
  const int64_t size = sizes.size, width = (sizes.heads + 2 * sizes.kvHeads) * size;
  for (int64_t row = from; row < to; row++) {
    const float* turn = turns + row % sizes.positions * size;
    for (int64_t head = 0; head < sizes.heads + 2 * sizes.kvHeads; head++) {
      const bool isQ = head < sizes.heads, isK = !isQ && head < sizes.heads + sizes.kvHeads;
      const In& in = isQ ? dq : isK ? dk : dv;
      const int64_t own = isQ ? head : isK ? head - sizes.heads : head - sizes.heads - sizes.kvHeads;
      const float* x = reading(in, (own * sizes.rows + row) * size, size, xs);
      const int64_t at = row * width + head * size;
      float* y = writing(dJoint, at, ys);
      if (isQ || isK)
        turnHeadBack(x, turn, isQ ? sizes.scale : 1.0f, y, size);
      else
        copyHead(x, y, size);
      finish(dJoint, at, size, ys);
    }
  }
}
