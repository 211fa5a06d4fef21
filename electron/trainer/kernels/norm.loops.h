// Root-mean-square normalisation of rows, with the addition that stands before it:  s = x + more,  y = s r g,  r = (‖s‖²/H + ε)^(-1/2)
// and back:  ds = r (d g - s r² m) + residual,  m = mean(d g s),  dg = Σ d s r,  d = dy + dy2.
// A missing summand is nullptr.

static void normLoop(In x, In more, const float* gain, float eps, Out sum, Out y, float* r, int64_t width, int64_t from, int64_t to) {
  float xs[block], mores[block], sums[block], ys[block];
  for (int64_t row = from; row < to; row++) {
    const int64_t start = row * width;
    float squares = 0;
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* a = reading(x, start + at, n, xs);
      if (more.data == nullptr) {
#pragma omp simd reduction(+ : squares)
        for (int64_t i = 0; i < n; i++) squares += a[i] * a[i];
        continue;
      }
      const float* b = reading(more, start + at, n, mores);
      float* s = writing(sum, start + at, sums);
#pragma omp simd reduction(+ : squares)
      for (int64_t i = 0; i < n; i++) {
        const float value = a[i] + b[i];
        s[i] = value;
        squares += value * value;
      }
      finish(sum, start + at, n, sums);
    }
    const float scale = 1.0f / __builtin_sqrtf(squares / static_cast<float>(width) + eps);
    r[row] = scale;
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* a = reading(x, start + at, n, xs);
      const float* g = gain + at;
      float* out = writing(y, start + at, ys);
      if (more.data == nullptr) {
#pragma omp simd
        for (int64_t i = 0; i < n; i++) out[i] = a[i] * scale * g[i];
      } else {
        const float* b = reading(more, start + at, n, mores);
#pragma omp simd
        for (int64_t i = 0; i < n; i++) out[i] = (a[i] + b[i]) * scale * g[i];
      }
      finish(y, start + at, n, ys);
    }
  }
}

/// `count` numbers of a + b, or of a alone.
static inline const float* readingSum(const In& a, const In& b, int64_t at, int64_t count, float* as, float* bs) {
  const float* first = reading(a, at, count, as);
  if (b.data == nullptr) return first;
  const float* second = reading(b, at, count, bs);
#pragma omp simd
  for (int64_t i = 0; i < count; i++) as[i] = first[i] + second[i];
  return as;
}

/// `dGain` [width] is this part's own, zero at first.
static void normGradientLoop(In dy, In dy2, In sum, const float* r, const float* gain, In residual, Out dSum, float* dGain, int64_t width,
                             int64_t from, int64_t to) {
  float dys[block], more[block], sums[block], residuals[block], out[block];
  for (int64_t row = from; row < to; row++) {
    const int64_t start = row * width;
    const float scale = r[row];
    float mean = 0;
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* d = readingSum(dy, dy2, start + at, n, dys, more);
      const float* s = reading(sum, start + at, n, sums);
      const float* g = gain + at;
      float* dg = dGain + at;
#pragma omp simd reduction(+ : mean)
      for (int64_t i = 0; i < n; i++) {
        const float p = d[i] * s[i] * scale;
        dg[i] += p;
        mean += p * g[i];
      }
    }
    const float back = mean / static_cast<float>(width) * scale * scale;
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* d = readingSum(dy, dy2, start + at, n, dys, more);
      const float* s = reading(sum, start + at, n, sums);
      const float* g = gain + at;
      float* ds = writing(dSum, start + at, out);
      if (residual.data == nullptr) {
#pragma omp simd
        for (int64_t i = 0; i < n; i++) ds[i] = scale * d[i] * g[i] - s[i] * back;
      } else {
        const float* e = reading(residual, start + at, n, residuals);
#pragma omp simd
        for (int64_t i = 0; i < n; i++) ds[i] = scale * d[i] * g[i] - s[i] * back + e[i];
      }
      finish(dSum, start + at, n, out);
    }
  }
}
