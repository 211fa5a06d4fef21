"""The same decoder in PyTorch, written as its users would: fused attention, fused RMSNorm, fused AdamW."""

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads, self.kv_heads, self.head_size = shape["heads"], shape["kvHeads"], shape["headSize"]
        width = shape["width"]
        self.q_proj = nn.Linear(width, self.heads * self.head_size, bias=False)
        self.k_proj = nn.Linear(width, self.kv_heads * self.head_size, bias=False)
        self.v_proj = nn.Linear(width, self.kv_heads * self.head_size, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_size, width, bias=False)

    def forward(self, x, cos, sin):
        rows, length, _ = x.shape
        q = self.q_proj(x).view(rows, length, self.heads, self.head_size).transpose(1, 2)
        k = self.k_proj(x).view(rows, length, self.kv_heads, self.head_size).transpose(1, 2)
        v = self.v_proj(x).view(rows, length, self.kv_heads, self.head_size).transpose(1, 2)
        q, k = turn(q, cos, sin), turn(k, cos, sin)
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.heads != self.kv_heads)
        return self.o_proj(o.transpose(1, 2).reshape(rows, length, -1))


def turn(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, hidden, eps = shape["width"], shape["hidden"], shape["normEps"]
        self.input_layernorm = nn.RMSNorm(width, eps=eps)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(width, eps=eps)
        self.gate_proj = nn.Linear(width, hidden, bias=False)
        self.up_proj = nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        n = self.post_attention_layernorm(x)
        return x + self.down_proj(F.silu(self.gate_proj(n)) * self.up_proj(n))


class Transformer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape["vocabSize"], shape["width"])
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape["layers"]))
        self.norm = nn.RMSNorm(shape["width"], eps=shape["normEps"])
        self.lm_head = nn.Linear(shape["width"], shape["vocabSize"], bias=False)
        for weight in self.parameters():
            if weight.dim() > 1:
                nn.init.normal_(weight, std=0.02)
        if shape["tied"]:
            self.lm_head.weight = self.embed_tokens.weight
        half = shape["headSize"] // 2
        angles = torch.arange(shape["maxLength"])[:, None] * shape["ropeBase"] ** (-torch.arange(half) / half)
        self.register_buffer("cos", torch.cat((angles.cos(), angles.cos()), dim=-1))
        self.register_buffer("sin", torch.cat((angles.sin(), angles.sin()), dim=-1))

    def forward(self, tokens):
        x = self.embed_tokens(tokens)
        cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.lm_head(self.norm(x))
