/*
 * Adam over all parameters of a network in one pass. lib/base/wasm/build.py compiles this file to adam-wasm.ts.
 *
 * Four values at a time, each rounded to float32 after every operation in the order of the formula, so the bits depend
 * neither on the machine nor on where a value lies. `length` is a multiple of 4 and addresses are multiples of 16.
 */
#include <stdint.h>
#include <wasm_simd128.h>

/* m' = m + (1 - beta1)(g - m);   v' = v + (1 - beta2)(g^2 - v);   p' = p - m' rate / (sqrt(v') + epsilon) */
__attribute__((export_name("adam")))
void adam(float *restrict parameters, float *restrict first, float *restrict second, const float *restrict gradients,
          uint32_t length, float rate, float one_less_beta1, float one_less_beta2, float epsilon) {
  const v128_t rates = wasm_f32x4_splat(rate);
  const v128_t move_first = wasm_f32x4_splat(one_less_beta1);
  const v128_t move_second = wasm_f32x4_splat(one_less_beta2);
  const v128_t epsilons = wasm_f32x4_splat(epsilon);
  for (uint32_t i = 0; i < length; i += 4) {
    v128_t p = wasm_v128_load(parameters + i);
    v128_t m = wasm_v128_load(first + i);
    v128_t v = wasm_v128_load(second + i);
    v128_t g = wasm_v128_load(gradients + i);
    m = wasm_f32x4_add(m, wasm_f32x4_mul(wasm_f32x4_sub(g, m), move_first));
    v = wasm_f32x4_add(v, wasm_f32x4_mul(wasm_f32x4_sub(wasm_f32x4_mul(g, g), v), move_second));
    v128_t root = wasm_f32x4_add(wasm_f32x4_sqrt(v), epsilons);
    wasm_v128_store(first + i, m);
    wasm_v128_store(second + i, v);
    wasm_v128_store(parameters + i, wasm_f32x4_sub(p, wasm_f32x4_div(wasm_f32x4_mul(m, rates), root)));
  }
}
