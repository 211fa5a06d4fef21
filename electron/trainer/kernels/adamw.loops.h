// One step of AdamW on one array, everything in one pass (recorded-policy/adamw.ts has the formula):
//   g' = g clip,  m += (g' - m)(1 - β1),  v += (g'² - v)(1 - β2),  w = w decay - α m / (√v + ε')

static void adamwLoop(float* w, float* m, float* v, In gradient, AdamwStep step, int64_t from, int64_t to) {
  float scratch[block];
  const float rest1 = 1.0f - step.beta1, rest2 = 1.0f - step.beta2;
  for (int64_t at = from; at < to; at += block) {
    const int64_t n = to - at < block ? to - at : block;
    const float* g = reading(gradient, at, n, scratch);
    float *ws = w + at, *ms = m + at, *vs = v + at;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      const float clipped = g[i] * step.clip;
      const float first = ms[i] + (clipped - ms[i]) * rest1;
      const float second = vs[i] + (clipped * clipped - vs[i]) * rest2;
      ms[i] = first;
      vs[i] = second;
      ws[i] = ws[i] * step.decay - step.size * first / (__builtin_sqrtf(second) + step.eps);
    }
  }
}
