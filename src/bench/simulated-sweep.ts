import { RandomStream } from '../core/rng.js';

/** What a point asks of a sweep's hosts and of its head. */
export interface SimulatedPoint {
  /** On a lane of a host: of one run at a time. */
  readonly trainSeconds: number;
  /** Of the trained network, which goes to the head at the end. */
  readonly networkBytes: number;
  /** How often the run saves its state, of which the newest goes to the head; null for never. */
  readonly stateSeconds: number | null;
}

/** Hosts that take points from a queue, and the head that they tell what comes of them. */
export interface SimulatedField {
  readonly hosts: number;
  /** Points that a host trains side by side. */
  readonly lanes: number;
  /** Points in the queue or in training at a time: `--parallel` of the head. */
  readonly openPoints: number;
  /** Of the head's network, in bits a second. */
  readonly gigabits: number;
}

/** What the queue takes of its machines for each point, besides its training. Milliseconds of one core, but where said. */
export interface QueueCosts {
  /** Of the head, to hand out a point and to record it. */
  readonly pointMs: number;
  /** Of the head, to hear how a run goes on. */
  readonly reportMs: number;
  /** Of the head, to receive, check and keep a megabyte. */
  readonly megabyteMs: number;
  readonly redisMs: number;
  /** Of a lane, in which it does not train: until it has its next point. */
  readonly laneMs: number;
}

/** What serves workers one after another. */
export const STATIONS = ['processor', 'network', 'redis'] as const;
export type StationName = (typeof STATIONS)[number];

export interface SimulatedRate {
  readonly pointsAnHour: number;
  /** The greatest rate that what is there allows, were nobody ever to wait for another: the rule of operational analysis. */
  readonly boundAnHour: number;
  /** Shares of the time in which they were busy. */
  readonly busy: Readonly<Record<StationName, number>>;
  /** The longest that the head has not heard of a worker at a point. */
  readonly silentSeconds: number;
}

/** Workers report so often. */
const REPORT_SECONDS = 2;
/** The newest state goes to the head so often at most. */
const SEND_SECONDS = 1;
/** Weights, and what an optimizer with momentum keeps of them. */
const NETWORKS_A_STATE = 2;
/** Trainings differ by so much of their time, either way. */
const SPREAD = 0.2;
/** Enough for a steady state: those of the first quarter are not counted. */
const POINTS_A_LANE = 8;
const WARM_UP = 1 / 4;

/** Serves whoever comes in the order in which they come. */
class Station {
  busyMs = 0;
  #freeAtMs = 0;

  /** @returns when it is done */
  serve(nowMs: number, takesMs: number): number {
    this.busyMs += takesMs;
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + takesMs;
    return this.#freeAtMs;
  }
}

/** A lane's course: yields the time of what it does next, milliseconds from the beginning, and is called again at that time, which it is given. */
type Course = Generator<number, never, number>;

/**
 * Simulates a sweep by a queue, event by event: every lane asks Redis and the head for a point, trains it, tells the head every two seconds how far it
 * is, sends states and the network, and waits wherever others are served before it.
 */
export function simulateSweep(
  point: SimulatedPoint,
  { hosts, lanes, openPoints, gigabits }: SimulatedField,
  costs: QueueCosts,
): SimulatedRate {
  const stations = { processor: new Station(), network: new Station(), redis: new Station() };
  const demands = planDemands(point, gigabits, costs);
  const busyLanes = Math.min(hosts * lanes, openPoints);
  const random = new RandomStream([hosts, lanes]);
  const points = busyLanes * POINTS_A_LANE;
  let done = 0;
  let silentMs = 0;
  /** Of the time, and of what the stations had done by then, when counting begins. */
  let from = { atMs: 0, done: 0, busy: STATIONS.map(() => 0) };
  const { processor, network, redis } = stations;

  function* trainPoints(startMs: number): Course {
    let nowMs = startMs;
    let heardAtMs = 0;
    const noteHeard = () => {
      silentMs = Math.max(silentMs, nowMs - heardAtMs);
      heardAtMs = nowMs;
    };
    for (;;) {
      nowMs = yield redis.serve(nowMs, costs.redisMs);
      nowMs = yield processor.serve(nowMs, costs.reportMs);
      heardAtMs = nowMs;
      const endMs = nowMs + 1000 * point.trainSeconds * (1 + SPREAD * (2 * random.nextUniform() - 1));
      while (nowMs + 1000 * REPORT_SECONDS < endMs) {
        nowMs = yield nowMs + 1000 * REPORT_SECONDS;
        nowMs = yield network.serve(nowMs, demands.report.network);
        nowMs = yield processor.serve(nowMs, demands.report.processor);
        noteHeard();
      }
      nowMs = yield Math.max(nowMs, endMs);
      nowMs = yield network.serve(nowMs, demands.end.network);
      nowMs = yield processor.serve(nowMs, demands.end.processor);
      noteHeard();
      done++;
      nowMs = yield nowMs + costs.laneMs;
    }
  }

  const agenda = new Agenda();
  for (let lane = 0; lane < busyLanes; lane++) {
    // As they are once they have gone on for a while: one after another.
    const startMs = (1000 * point.trainSeconds * lane) / busyLanes;
    agenda.add(startMs, trainPoints(startMs));
  }
  let nowMs = 0;
  while (done < points) {
    const { atMs, course } = agenda.takeFirst();
    nowMs = atMs;
    agenda.add(course.next(atMs).value, course);
    if (from.done === 0 && done >= WARM_UP * points) {
      from = { atMs, done, busy: STATIONS.map((name) => stations[name].busyMs) };
      silentMs = 0;
    }
  }
  const countedMs = nowMs - from.atMs;
  const busy = STATIONS.map((name, i) => [name, (stations[name].busyMs - from.busy[i]!) / countedMs]);
  return {
    pointsAnHour: ((done - from.done) / countedMs) * MS_AN_HOUR,
    boundAnHour: boundRate(point, busyLanes, demands, costs),
    busy: Object.fromEntries(busy) as SimulatedRate['busy'],
    silentSeconds: silentMs / 1000,
  };
}

const MS_AN_HOUR = 3_600_000;

/** Milliseconds that one report with what goes with it, and a point's end, take of each. */
function planDemands(
  { networkBytes, stateSeconds }: SimulatedPoint,
  gigabits: number,
  { pointMs, reportMs, megabyteMs }: QueueCosts,
) {
  const take = (bytes: number, ms: number) => ({
    network: (8 * bytes) / gigabits / 1e6,
    processor: ms + (megabyteMs * bytes) / 1e6,
  });
  const states = stateSeconds === null ? 0 : REPORT_SECONDS / Math.max(SEND_SECONDS, stateSeconds);
  return {
    report: take(states * NETWORKS_A_STATE * networkBytes, reportMs),
    end: take(networkBytes, pointMs),
  };
}

/**
 * What no queue of these demands can exceed: the lanes, were each served at once, and the busiest station. Points an hour. Reports and states do not count:
 * there are fewer of them where they have to wait, since each worker waits for the answer to its last one.
 */
function boundRate(
  { trainSeconds }: SimulatedPoint,
  lanes: number,
  { end }: ReturnType<typeof planDemands>,
  { reportMs, redisMs, laneMs }: QueueCosts,
): number {
  const processor = reportMs + end.processor;
  const alone = redisMs + processor + 1000 * trainSeconds + end.network + laneMs;
  return MS_AN_HOUR * Math.min(lanes / alone, 1 / Math.max(processor, end.network, redisMs));
}

/** Courses by the time at which they go on. */
class Agenda {
  /** The first one last. */
  readonly #due: { readonly atMs: number; readonly course: Course }[] = [];

  add(atMs: number, course: Course): void {
    let [low, high] = [0, this.#due.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#due[middle]!.atMs > atMs) low = middle + 1;
      else high = middle;
    }
    this.#due.splice(low, 0, { atMs, course });
  }

  takeFirst(): { readonly atMs: number; readonly course: Course } {
    return this.#due.pop()!;
  }
}
