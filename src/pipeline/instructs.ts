const ENGLISH =
  /\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}\b(?:previous|prior|above|earlier|all|any|your|the|these|those)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules?|directions?|context|guidelines?|messages?)\b|\b(?:you are|act as|pretend to be|from now on you)\b[^.!?\n]{0,30}\b(?:now|assistant|ai|chatbot|model|dan|developer mode)\b|\b(?:system prompt|new instructions?)\s*[:：]|<\|?(?:im_start|system|assistant)\|?>|\[\/?INST\]|\b(?:reveal|print|repeat|show)\b[^.!?\n]{0,30}\b(?:system prompt|your instructions|hidden prompt)\b|\b(?:to|note (?:for|to)|attention|instructions? for) (?:the )?(?:ai|assistant|language model|llm|chatbot)\b\s*[:,]?/i;
const CHINESE =
  /(?:忽略|无视|無視|忘记|忘記|不要理会|不要理會|覆盖)[^。！？\n]{0,16}(?:指令|指示|提示|规则|規則|要求|设定|設定|对话|内容)|(?:你现在是|你現在是|从现在起你|從現在起你|扮演|假装你是|假裝你是)|(?:系统提示|系統提示|新指令|新的指令)\s*[:：]|(?:告诉|输出|泄露|显示|重复)[^。！？\n]{0,12}(?:系统提示|提示词|隐藏指令)|(?:致|给|写给)(?:人工智能|AI|助手|语言模型|大模型)[:：]/;

/** Whether a passage looks like an order to a language model. Such text is shown and quoted as any other, but marked. */
export function instructs(text: string): boolean {
  return ENGLISH.test(text) || CHINESE.test(text);
}
