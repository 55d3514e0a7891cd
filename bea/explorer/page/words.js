// All that the page says, in English and Chinese.

const WORDS = {
  title: ["What does an iteration really follow?", "迭代究竟沿着什么走？"],
  lead: [
    "A method with step size γ does not follow f, but exactly, up to terms that are exponentially small, a modified field f̃ = f₀ + γ f₁ + γ² f₂ + …",
    "步长为 γ 的方法并不沿着 f 走；若忽略指数小的项，它精确地沿着修正向量场 f̃ = f₀ + γ f₁ + γ² f₂ + … 走。",
  ],
  scenes: ["Ten scenes", "十个场景"],
  landscape: ["Landscape", "地形图"],
  landscapeHelp: [
    "Landscape with iterates and flows: drag, or use the arrow keys, to move the start. Choose a scene, or a problem and a method.",
    "地形图，附迭代点与流：拖动或用方向键移动起点。请选择一个场景，或一个问题与一种方法。",
  ],
  drift: ["Distance of iterates and flow K", "迭代点与流 K 的距离"],
  energy: ["Energy along the run", "沿轨迹的能量"],
  trees: ["Rooted trees", "有根树"],
  readouts: ["In numbers", "数值"],
  problem: ["Problem", "问题"],
  method: ["Method", "方法"],
  gamma: ["step size γ", "步长 γ"],
  order: ["order K", "阶数 K"],
  time: ["time", "时间"],
  allOrders: ["all flows up to K", "显示 0 到 K 的所有流"],
  drop: ["leave a term out", "去掉一项"],
  none: ["none", "无"],
  putBack: ["put f̃ back", "代回 f̃"],
  corrected: ["corrected start", "修正的起点"],
  settledStart: ["memory begun settled", "记忆变量从稳态值开始"],
  blend: ["corrections in the map", "图中的修正项"],
  rest: ["arrows: the part of f₂ that no loss explains", "箭头：f₂ 中无法由任何损失函数解释的部分"],
  iterates: ["iterates", "迭代点"],
  flow0: ["flow 0", "流 0"],
  flowK: ["flow {0}", "流 {0}"],
  floor: ["rounding", "舍入误差"],
  slope: ["slope {0}", "斜率 {0}"],
  expected: ["slopes near K + 1 are expected where no term vanishes", "若没有项为零，斜率应接近 K + 1"],
  start: ["start", "起点"],
  minimum: ["minimum", "极小点"],
  gammaLambda: ["γ λₘₐₓ at the start", "起点处 γ λₘₐₓ"],
  gammaRate: ["γ·‖f′‖ at the start", "起点处 γ·‖f′‖"],
  sharpness: ["sharpness λₘₐₓ at the end", "终点处的尖锐度 λₘₐₓ"],
  lossEnd: ["loss at the end", "终点处的损失"],
  energyChange: ["change of H", "H 的变化"],
  modifiedChange: ["change of H̃, order {0}", "H̃（{0} 阶）的变化"],
  steps: ["steps", "步数"],
  stopped: ["ran away after {0} steps", "{0} 步后发散"],
  distance: ["largest distance of iterates and flow K", "迭代点与流 K 的最大距离"],
  best: ["best order here", "此处的最佳阶数"],
  restShare: ["what no loss explains, beside |f₂|", "无法由损失函数解释的部分与 |f₂| 之比"],
  equation: ["Modified equation, for every field", "修正方程（对任意向量场）"],
  modifiedLoss: ["Modified loss", "修正损失函数"],
  modifiedHere: ["modified loss here", "此处的修正损失函数值"],
  noModifiedLoss: ["none to a higher order: the term of γ{0} is not a gradient for every loss", "不存在更高阶的修正损失函数：γ{0} 项并非对任意损失函数都是梯度"],
  noneForField: ["a field, not a loss", "这是向量场，而非损失函数"],
  formula: ["the step", "单步格式"],
  far: ["γ is outside the useful range: more terms do not help", "γ 超出有效范围：再增加项数也无益"],
  startUnknown: ["the corrected start is not known for this method", "此方法的修正起点未知"],
  theme: ["light / dark", "浅色 / 深色"],
  zoomIn: ["show less, larger", "放大"],
  zoomOut: ["show more", "缩小"],
  zoomHome: ["show the whole window", "显示整个窗口"],
  language: ["中文", "English"],
  keys: [
    "Keys: arrows move the start (Shift: further), + and − change γ, [ and ] change K, 1 … 9 and 0 choose a scene.",
    "按键：方向键移动起点（Shift 加速），+ 和 − 改变 γ，[ 和 ] 改变 K，1…9 与 0 选择场景。",
  ],
  tree: ["tree", "树"],
  treeHelp: ["Choose a tree", "选择一棵树"],
  nodes: ["nodes", "节点数"],
  symmetry: ["symmetry σ", "对称数 σ"],
  density: ["density γ(τ)", "密度 γ(τ)"],
  coefficient: ["coefficient b", "系数 b"],
  value: ["its value now", "当前值"],
  cutCoefficient: ["without f̃ put back", "未代回 f̃ 时"],
  differential: ["elementary differential F(τ)", "基本微分 F(τ)"],
  cuts: ["Cuts: a branch | the trunk that is left", "切割：枝 | 余下的干"],
  noCuts: ["one node has no edge to cut", "单个节点没有可切的边"],
  noTrees: ["This method is not a series on trees of one field.", "此方法不是单个向量场的树级数。"],
  made: ["made by bea", "由 bea 生成"],
  kinds: {
    loss: ["losses", "损失函数"],
    hamiltonian: ["Hamiltonians", "哈密顿量"],
    game: ["games", "博弈"],
    field: ["fields", "向量场"],
  },
  log: ["log scale", "对数刻度"],
};

export const LANGUAGES = ["en", "zh"];

/** The text of a name in a language, with its blanks filled. */
export function say(language, name, ...fillings) {
  return filled(pick(language, WORDS[name]), fillings);
}

export function sayKind(language, kind) {
  return pick(language, WORDS.kinds[kind]);
}

/** The text of a pair in a language. */
export function pick(language, pair) {
  return pair[LANGUAGES.indexOf(language)] ?? pair[0];
}

function filled(text, fillings) {
  return fillings.reduce((done, filling, k) => done.replace(`{${k}}`, String(filling)), text);
}

/** A number as people read it: three digits, a true minus, powers of ten where they are long. */
export function written(x, digits = 3) {
  if (!Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(digits))).replace("-", "−");
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")}·10${raised(Number(exponent))}`;
}

const GREEK = { beta: "β", gamma: "γ", epsilon: "ε", rho: "ρ", alpha: "α", lambda: "λ", kappa: "κ", mu: "μ", omega: "ω", theta: "θ" };

/** The name of a parameter as it is written: beta1 is β₁, weight_decay is weight decay. */
export function parameterName(name) {
  const [, word, digits] = /^(.*?)(\d*)$/s.exec(name);
  return (GREEK[word] ?? word.replaceAll("_", " ")) + [...digits].map((d) => "₀₁₂₃₄₅₆₇₈₉"[d]).join("");
}

/** An exponent in small raised digits. */
export function raised(n) {
  const digits = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  return [...String(n)].map((c) => digits[c]).join("");
}
