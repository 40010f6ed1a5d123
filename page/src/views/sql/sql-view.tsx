/** Questions in SQL. */
export default function SqlView() {
  return <h1>SQL</h1>;
}
