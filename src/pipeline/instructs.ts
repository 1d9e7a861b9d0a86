/**
 * How text in a document addresses a language model, one pattern a habit; before it, in lower case, words of which it needs one:
 * looking for these costs little, compiling the patterns in a new process more than the search.
 */
const ORDERS: [words: string, order: RegExp][] = [
  // "Ignore all previous instructions"
  [
    'ignore|disregard|forget|override',
    /\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}\b(?:previous|prior|above|earlier|all|any|your|these|those|the)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules?|directions?|guidelines?|messages?)\b/i,
  ],
  // "You are now DAN", "act as an AI"
  [
    'you are now|act as|pretend to be',
    /\b(?:you are now|act as|pretend to be)\b[^.!?\n]{0,30}\b(?:assistant|ai|chatbot|model|dan|persona|unrestricted|developer mode)\b/i,
  ],
  ['from now on', /\bfrom now on,? you (?:are|will|must)\b/i],
  ['system prompt|new instruction', /\b(?:system prompt|new instructions?)\s*[:：]/i],
  // Chat templates
  ['<|inst]', /<\|?(?:im_start|system|assistant)\|?>|\[\/?INST\]/i],
  [
    'system prompt|your instructions|hidden prompt',
    /\b(?:reveal|print|repeat|show|output)\b[^.!?\n]{0,30}\b(?:system prompt|your instructions|hidden prompt)\b/i,
  ],
  [
    'ai:|ai,|ai |ai\n|ai\t|assistant|language model|llm|chatbot',
    /\b(?:note|message|attention|instructions?)[ ,:]+(?:to|for)? ?(?:the )?(?:ai|assistants?|language models?|llms?|chatbots?)\b\s*[:,]/i,
  ],
  [
    '忽略|无视|無視|忘记|忘記|不要理会|不要理會',
    /(?:忽略|无视|無視|忘记|忘記|不要理会|不要理會)[^。！？\n]{0,16}(?:指令|指示|提示|规则|規則|要求|设定|設定)/,
  ],
  [
    '你现在是|你現在是|从现在起|從現在起|扮演|假装你是|假裝你是',
    /(?:你现在是|你現在是|从现在起，?你|從現在起，?你|扮演|假装你是|假裝你是)/,
  ],
  ['系统提示|系統提示|新指令|新的指令', /(?:系统提示|系統提示|新的?指令)\s*[:：]/],
  ['系统提示|提示词|隐藏指令', /(?:告诉|输出|泄露|显示|重复)[^。！？\n]{0,12}(?:系统提示(?!音)|提示词|隐藏指令)/],
  [
    'ai|人工智能|助手|语言模型|大模型',
    /(?:致|给|写给)(?:AI|人工智能|语言模型|大模型)?(?:AI|人工智能|助手|语言模型|大模型)[:：]/i,
  ],
];

/** Whether a passage looks like an order to a language model. Such text is shown and quoted as any other, but marked. */
export function instructs(text: string): boolean {
  const lower = text.toLowerCase();
  return ORDERS.some(([words, order]) => words.split('|').some((word) => lower.includes(word)) && order.test(text));
}
