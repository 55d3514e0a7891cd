// The ten scenes: a state of the page each, and two sentences in both languages.

export const SCENES = [
  {
    title: ["Flow 0 and flow K", "流 0 与流 K"],
    text: [
      "Even at small steps the iterates leave flow 0, the gradient flow. They sit on flow 2, which has the terms γ f₁ and γ² f₂ as well.",
      "即使步长很小，迭代点也会离开流 0（梯度流）。它们落在流 2 上：那里还包含 γ f₁ 与 γ² f₂ 两项。",
    ],
    state: { problem: "himmelblau", method: "gradient-descent", gamma: 0.008, order: 2, start: [0, 1], time: 0.16, window: [[-0.6, 3.6], [0.4, 3]] },
  },
  {
    title: ["The best order", "最佳阶数"],
    text: [
      "Raise K at this large step: the curves snap onto the iterates, and past K = 2 they come off again. The series is asymptotic, and each γ has a best order.",
      "在这个大步长下增大 K：曲线先贴近迭代点，K 超过 2 后又会偏离。该级数是渐近级数，每个 γ 都有一个最佳阶数。",
    ],
    state: { problem: "pendulum", method: "symplectic-euler", gamma: 1, order: 4, start: [-2.5, 1.25], time: 6, all: true },
  },
  {
    title: ["Leave a term out", "去掉一项"],
    text: [
      "Without γ² f₂ the flow of order 3 is no better than one of order 1: its line in the plot of distances falls from slope 4 to slope 2. A wrong or missing term cannot hide.",
      "去掉 γ² f₂ 后，流 3 并不比流 1 更准：它在距离图中的斜率从 4 降到 2。错误或缺失的项无处可藏。",
    ],
    state: { problem: "himmelblau", method: "gradient-descent", gamma: 0.01, order: 3, start: [0, 1], time: 0.16, drop: 2, window: [[-0.6, 3.6], [0.4, 3]] },
  },
  {
    title: ["Flatter minima", "更平坦的极小点"],
    text: [
      "On ½(ab − c)² every point of the curve ab = c is a minimum. A larger γ slides the end along the valley to flatter ones, as L + γ/4 ‖∇L‖² says.",
      "在 ½(ab − c)² 上，曲线 ab = c 的每一点都是极小点。更大的 γ 使终点沿山谷滑向更平坦处，正如 L + γ/4 ‖∇L‖² 所言。",
    ],
    state: { problem: "linear-network", method: "gradient-descent", gamma: 0.03, order: 1, start: [2.8, 3.5], time: 3, window: [[0, 3.6], [0.4, 3.8]] },
  },
  {
    title: ["The loss that is descended", "实际下降的损失函数"],
    text: [
      "Move “corrections in the map”: L turns into L + γ/4 ‖∇L‖², and the valley narrows where it is steep. Flow 1 is the gradient flow of this other loss.",
      "拖动滑块“图中的修正项”：L 变为 L + γ/4 ‖∇L‖²，山谷在陡峭处变窄。流 1 就是这个新损失函数的梯度流。",
    ],
    state: { problem: "linear-network", method: "gradient-descent", gamma: 0.06, order: 1, start: [2.8, 3.5], time: 3, blend: 1, window: [[0, 3.6], [0.4, 3.8]] },
  },
  {
    title: ["Where no loss exists", "何处没有修正损失"],
    text: [
      "The arrows are the part of f₂ that no loss explains: its curl is not zero. So from γ² on gradient descent has no modified loss, and L + γ/4 ‖∇L‖² is the last one.",
      "箭头是 f₂ 中无法由任何损失函数解释的部分：其旋度不为零。因此从 γ² 项起梯度下降不再有修正损失函数，L + γ/4 ‖∇L‖² 是最后一个。",
    ],
    state: { problem: "himmelblau", method: "gradient-descent", gamma: 0.01, order: 2, start: [0, 1], time: 0.16, rest: true },
  },
  {
    title: ["Put f̃ back", "代回 f̃"],
    text: [
      "The series D̃/(exp(γD̃) − 1) has the unknown f̃ inside. Cut it without putting f̃ back and f′f′f gets 1/12 where 1/3 is right: the slope of flow 2 is then 2, that of flow 1, instead of 3.",
      "级数 D̃/(exp(γD̃) − 1) 中含有未知的 f̃。若截断时不把 f̃ 代回，f′f′f 的系数成为 1/12 而非正确的 1/3：此时流 2 的斜率与流 1 同为 2，而不是 3。",
    ],
    state: { problem: "himmelblau", method: "gradient-descent", gamma: 0.01, order: 2, start: [0, 1], time: 0.16, cut: true, tree: 2, window: [[-0.6, 3.6], [0.4, 3]] },
  },
  {
    title: ["Where momentum begins", "动量从何处开始"],
    text: [
      "Momentum that begins at zero needs some steps to settle, and its flow begins elsewhere. From the uncorrected start every flow has slope 1; from the corrected one flow K has slope K + 1.",
      "从零开始的动量需要几步才能稳定，其流的起点因而不同。从未修正的起点出发，每条流的斜率都只有 1；从修正的起点出发，流 K 的斜率为 K + 1。",
    ],
    state: { problem: "booth", method: "heavy-ball", gamma: 0.002, order: 2, start: [-5, 5], time: 0.2, values: { beta: 0.6 }, corrected: true, window: [[-6.5, 1.5], [2.5, 7.5]] },
  },
  {
    title: ["A pendulum", "单摆"],
    text: [
      "Symplectic Euler does not keep H, but keeps a modified H̃ almost exactly; so does the midpoint rule. Choose explicit Euler: it has no H̃, and H grows until the pendulum goes over the top.",
      "辛欧拉法不保持 H，却几乎精确地保持修正的 H̃；中点法也是如此。换成显式欧拉法：它没有 H̃，H 不断增长，直到单摆翻过最高点。",
    ],
    state: { problem: "pendulum", method: "symplectic-euler", gamma: 0.3, order: 3, start: [1.2, 0], time: 30 },
  },
  {
    title: ["Trees", "树"],
    text: [
      "Each tree is a way to nest derivatives of f, and its coefficient is what the method makes of it. The cuts of a tree into a branch and a trunk are the recursion that finds it.",
      "每棵树对应 f 的导数的一种嵌套方式，其系数由方法决定。把树切成枝与干，便得到求该系数的递推关系。",
    ],
    state: { problem: "himmelblau", method: "heavy-ball", gamma: 0.001, order: 2, start: [0, 1], time: 0.05, values: { beta: 0.5 }, tree: 5, window: [[-0.6, 3.6], [0.4, 3]] },
  },
];
