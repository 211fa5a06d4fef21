import { customGrad, type Tensor, type Tensor2D } from '@tensorflow/tfjs'

/** sg(x): the same values, no gradient and no backward pass through x. The gradient tape sees an operation without inputs. */
export const detach = (x: Tensor2D): Tensor2D =>
  customGrad(() => ({ value: x.clone() as Tensor, gradFunc: () => [] }))() as Tensor2D
