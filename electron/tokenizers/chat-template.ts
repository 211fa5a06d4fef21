/** Chat templates: a conversation as the one text a chat model was trained on. Renders as transformers' apply_chat_template does. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Template } from '@huggingface/jinja'
import * as z from 'zod'
import { Failure } from '#shared/contract/failure.ts'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
}

export interface ChatOptions {
  /** Ends with the opening of the assistant's turn: for prompts. Default false: for whole conversations. */
  readonly addGenerationPrompt?: boolean
  /** Further variables of the template (`enable_thinking`, `tools`, ...). */
  readonly variables?: Readonly<Record<string, unknown>>
}

export interface ChatTemplate {
  /** Throws `input.invalid` with the template's own words when it refuses the conversation. */
  render(messages: readonly ChatMessage[], options?: ChatOptions): string
}

/** The field `chat_template` of tokenizer_config.json: one template, or several by name. */
export const ChatTemplateField = z
  .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))])
  .nullish()

/** A model folder's template: `chat_template.jinja` wins; of several named ones in its configuration the default. Null: none. */
export function chatTemplateSource(folder: string, given: z.infer<typeof ChatTemplateField>): string | null {
  const file = path.join(folder, 'chat_template.jinja')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  if (typeof given === 'string') return given
  return given?.find(({ name }) => name === 'default')?.template ?? given?.[0]?.template ?? null
}

/** Throws `input.invalid` for a template that is no Jinja. */
export function chatTemplate(
  source: string,
  tokens: { readonly bosToken: string; readonly eosToken: string },
): ChatTemplate {
  let template: Template
  try {
    template = new Template(source)
  } catch (cause) {
    throw refused('The chat template cannot be read', cause)
  }
  return {
    render(messages, { addGenerationPrompt = false, variables = {} } = {}) {
      try {
        return template.render({
          ...variables,
          messages,
          add_generation_prompt: addGenerationPrompt,
          bos_token: tokens.bosToken,
          eos_token: tokens.eosToken,
        })
      } catch (cause) {
        throw refused('The chat template refuses this conversation', cause)
      }
    },
  }
}

const refused = (what: string, cause: unknown) =>
  new Failure(
    {
      code: 'input.invalid',
      message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      input: 'chat_template',
      remedy:
        'Check roles and their order; many templates take a system message first and then user and assistant in turns.',
    },
    { cause },
  )
