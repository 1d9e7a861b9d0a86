/** Words that carry no subject: left out of a question unless it has no others. Lower case, simplified, unstemmed. */
const ENGLISH = `a about above after again against all also am an and any are as at be because been before being below between
both but by can cannot could did do does doing don done down during each either else ever few for from further get gets got had has
have having he her here hers herself him himself his how i if in into is it its itself just let ll may me might more most much must
my myself neither no nor not now of off on once one only or other ought our ours ourselves out over own please rather re same shall
she should since so some such than that the their theirs them themselves then there these they this those though through to too
under until up upon us ve very was we were what when where whether which while who whom whose why will with within without would
yet you your yours yourself yourselves`;

const CHINESE = `的 地 得 了 着 过 吗 呢 吧 啊 呀 嘛 么 之 其 所 者 而 且 并 与 和 及 或 或者 以及 还是 但 但是 因为 所以 因此 如果 若 虽然 然而 不过 而且
是 为 在 于 从 自 向 对 对于 关于 由 由于 被 把 将 让 使 给 比 跟 同 按 按照 根据 以 至 到 即 则 也 都 又 还 就 才 只 很 更 最 太 非常 已 已经 曾 曾经
正在 会 能 能够 可 可以 可能 应 应该 要 需要 请 请问 有 没有 没 不 不是 是否 是不是 有没有 能否 可否 我 我们 你 你们 您 他 他们 她 她们 它 它们
这 那 这个 那个 这些 那些 这里 那里 这样 那样 此 该 某 各 每 一个 一些 个 些 些什么 什么 甚么 为什么 为何 怎么 怎么样 怎样 如何 哪 哪个 哪些 哪里 哪儿
哪一 何 何时 何地 何人 何种 多少 几 几个 谁 什么样 什么时候 上 中 下 里 时 时候 之后 之前 以后 以前 当 等 等等 被称为 称为 叫 叫做 作为 成为 进行`;

export const STOP_WORDS: ReadonlySet<string> = new Set(`${ENGLISH} ${CHINESE}`.split(/\s+/));
