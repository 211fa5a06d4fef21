/** From a row's prompt to the text that a model reads: a chat template's user turn, or a plain text around it. */
import { plainTemplate } from '#shared/experiment/task-names.ts'
import type { ChatTemplate } from '#tokenizers/chat-template.ts'
import { Failure } from '#shared/contract/failure.ts'

export interface PromptTemplate {
  /** `chat`, or a text that holds {prompt}. */
  readonly template: string
  /** Of the chat template; null or absent: none. */
  readonly system?: string | null
}

/** What `template` stands for where a spec names none: the model's own chat template, else a plain question. */
export const usualTemplate = (chat: ChatTemplate | null): string => (chat ? 'chat' : plainTemplate)

/** Throws `input.invalid` for `chat` on a model without a chat template; rendering throws what that template says. */
export function promptText(
  { template, system }: PromptTemplate,
  chat: ChatTemplate | null,
): (prompt: string) => string {
  if (template !== 'chat') return (prompt) => template.split('{prompt}').join(prompt)
  if (!chat)
    throw new Failure({
      code: 'input.invalid',
      message: "The model's tokenizer has no chat template.",
      input: 'template: chat',
      remedy: 'Leave `template` out, or write one that holds {prompt}.',
    })
  const before = system ? [{ role: 'system', content: system } as const] : []
  return (prompt) => chat.render([...before, { role: 'user', content: prompt }], { addGenerationPrompt: true })
}
