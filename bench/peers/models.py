"""The presets as transformers' Llama, with fresh weights."""

import transformers


def llama(shape):
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=shape["vocabSize"], hidden_size=shape["width"], intermediate_size=shape["hidden"],
        num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"], num_key_value_heads=shape["kvHeads"],
        head_dim=shape["headSize"], max_position_embeddings=shape["maxLength"], rms_norm_eps=shape["normEps"],
        tie_word_embeddings=shape["tied"], rope_parameters={"rope_type": "default", "rope_theta": float(shape["ropeBase"])},
    ))


class ForcedLengths(transformers.StoppingCriteria):
    """Ends row i after lengths[i] new tokens."""

    def __init__(self, prompt, lengths):
        self.ends = prompt + lengths

    def __call__(self, input_ids, scores, **_):
        return input_ids.shape[1] >= self.ends
