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
    '你现在是|你現在是|从现在起|從現在起|请扮演|請扮演|假装你是|假裝你是',
    /(?:你现在是|你現在是|从现在起，?你|從現在起，?你|请扮演|請扮演|假装你是|假裝你是)/,
  ],
  ['系统提示|系統提示|新指令|新的指令', /(?:系统提示|系統提示|新的?指令)\s*[:：]/],
  ['系统提示|提示词|隐藏指令', /(?:告诉|输出|泄露|显示|重复)[^。！？\n]{0,12}(?:系统提示(?!音)|提示词|隐藏指令)/],
  [
    '你的系统提示|您的系统提示|你的系統提示|您的系統提示|你的提示词|您的提示词|你的提示詞|您的提示詞|你的隐藏指令|您的隐藏指令|你的隱藏指令|您的隱藏指令',
    /(?:你的|您的)(?:系统提示(?!音)|系統提示(?!音)|提示词|提示詞|隐藏指令|隱藏指令)/,
  ],
  // What it should write, and hide
  [
    'answer|respond|summari|asked',
    /\b(?:when|if) (?:you )?(?:answer(?:ing)?|respond(?:ing)?|summari[sz](?:e|ing)|asked)\b[^.!?\n]{0,60}\b(?:always|never|must|only|do not|don't)\b/i,
  ],
  ['the user', /\b(?:do not|don't|never) (?:tell|inform|mention (?:this|it) to|reveal (?:this|it) to) the user\b/i],
  [
    '回答|回复|回覆|总结|總結',
    /(?:回答|回复|回覆|总结|總結)[^。！？\n]{0,6}(?:时|時|中)[^。！？\n]{0,12}(?:务必|必须|必須|一定要|不要|总是|總是)/,
  ],
  ['用户|用戶|使用者', /(?:不要|别|切勿|請勿|请勿)(?:告诉|告訴|让|讓|告知)(?:用户|用戶|使用者)/],
  // A turn of the conversation, put into its mouth
  [
    'assistant:|ai:|chatbot:|assistant：|ai：|chatbot：|assistant :|ai :',
    /(?:^|\n|[.!?。！？] )(?:assistant|ai|chatbot)\s*[:：]\s+\S/i,
  ],
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
