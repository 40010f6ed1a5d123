/** Tells that a thread has loaded its modules: it does the task behind them. */
export default function ready(): void {}
