// The figures of a result that screens show, in their fixed order.

export const FIRST_FIGURES = [
  'total_profit',
  'total_return',
  'against_holding',
  'max_drawdown',
  'trades',
  'win_rate',
  'payoff_ratio',
  'gross',
  'total_cost',
] as const

export const MORE_FIGURES = [
  'annual_return',
  'sharpe_ratio',
  'sortino_ratio',
  'calmar_ratio',
  'volatility',
  'profit_factor',
  'expectancy',
  'exposure',
  'median_stock_return',
  'stocks_in_profit',
  'unrealised_profit',
  'open_positions',
  'average_holding_sessions',
  'longest_losing_streak',
  'best_trade',
  'worst_trade',
] as const

export type Metric = (typeof FIRST_FIGURES)[number] | (typeof MORE_FIGURES)[number]
