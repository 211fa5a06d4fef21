/**
 * How rotary frequencies are stretched for texts longer than those a model was pretrained on.
 * Source  transformers 5.24, modeling_rope_utils.py; llama3: Llama 3.1's release; yarn: arXiv 2309.00071.
 */
export type RopeScaling =
  | { readonly kind: 'linear'; readonly factor: number }
  /** Frequencies change with the text's length beyond `trainedLength`, and not at all up to it. */
  | { readonly kind: 'dynamic'; readonly factor: number; readonly trainedLength: number }
  | {
      readonly kind: 'llama3'
      readonly factor: number
      /** Wavelengths above trainedLength / lowFrequency are stretched, those below trainedLength / highFrequency are not. */
      readonly lowFrequency: number
      readonly highFrequency: number
      readonly trainedLength: number
    }
  | {
      readonly kind: 'yarn'
      readonly factor: number
      readonly trainedLength: number
      /** Turns over the trained length above which a frequency stays, and below which it is stretched. */
      readonly betaFast: number
      readonly betaSlow: number
      /** Bounds are rounded to whole pairs. */
      readonly truncate: boolean
      /** Multiplies sine and cosine. */
      readonly attentionFactor: number
    }
