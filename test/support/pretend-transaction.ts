/** A transaction as Sequelize has them, without a database: what waits for its end runs with `commit`. */
export function pretendTransaction() {
  const callbacks: (() => void)[] = [];
  return {
    parent: null,
    afterCommit: (callback: () => void) => void callbacks.push(callback),
    commit: () => {
      for (const callback of callbacks.splice(0)) callback();
    },
  };
}
