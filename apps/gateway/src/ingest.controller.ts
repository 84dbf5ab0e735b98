import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { readCloudEvents, verifySignature, type Connector, type Delivery, type DeliveryReading } from '@tributary/connectors';
import { APP_CONTEXT, currentTraceparent, withSpan, type AppContext, type Source } from '@tributary/runtime';
import type { Database, StepHook } from '@tributary/persistence';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CLOCK, DATABASE, ROUTES, STEPS } from './gateway-tokens.ts';
import { answerStatus, ingestEvents, keepUnreadable, refusedWhole, type IngestAnswer } from './ingest-delivery.ts';
import { Problem } from './problem.ts';
import type { SourceRoute } from './source-routes.ts';

type Readable = Extract<DeliveryReading, { ok: true }>;

/** Where events come in: webhooks by source, CloudEvents from any configured source. */
@Controller()
export class IngestController {
  private readonly signature: Connector['signature'] = { scheme: 'standard-webhooks' };

  constructor(
    @Inject(APP_CONTEXT) private readonly context: AppContext,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ROUTES) private readonly routes: ReadonlyMap<string, SourceRoute>,
    @Inject(CLOCK) private readonly now: () => number,
    @Inject(STEPS) private readonly onStep: StepHook,
  ) {}

  @Post('in/:source')
  webhook(@Param('source') name: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.traced(request, reply, async (delivery) => {
      const route = this.routes.get(name);
      if (route === undefined) throw new Problem(404, 'no such source is configured', [unknownSource(0)]);
      this.authenticate([route.source], route.connector.signature, delivery);
      this.limitSingle(delivery.body);
      const { refusedStatus } = route.connector;
      const reading = await route.connector.read(delivery);
      const answer = reading.ok
        ? await this.ingest(reading, delivery, () => name)
        : await this.unreadable(reading, name, delivery, refusedStatus);
      return { answer, refusedStatus };
    });
  }

  @Post('events')
  events(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.traced(request, reply, async (delivery) => {
      const read = readCloudEvents(delivery);
      if (!read.ok) throw new Problem(read.status, detailOf(read.faults), indexed(read.faults));
      const reading = read;
      this.limitSingle(delivery.body);
      const sources = this.sourcesOf(reading);
      this.authenticate(sources, this.signature, delivery);
      return { answer: await this.ingest(reading, delivery, (index) => reading.events[index]?.source ?? ''), refusedStatus: 422 };
    });
  }

  private async traced(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (delivery: Delivery) => Promise<{ answer: IngestAnswer; refusedStatus: 202 | 422 }>,
  ): Promise<IngestAnswer> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    );
    const delivery = { headers, body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0) };
    const seconds = this.context.metrics.histogram('gateway_ingest_seconds', 'Time from the last byte of a request to its answer.');
    const stop = seconds.startTimer();
    try {
      const { answer, refusedStatus } = await withSpan('ingest', headers.traceparent, () => work(delivery));
      reply.status(answerStatus(answer, refusedStatus));
      return answer;
    } finally {
      stop();
    }
  }

  /** All sources that a request speaks for; every one must be configured. */
  private sourcesOf(reading: Readable): Source[] {
    const names = [...new Set(reading.events.flatMap(({ source }) => (source === undefined || source === '' ? [] : [source])))];
    const unknown = names.filter((name) => !this.routes.has(name));
    const faults = reading.events.flatMap(({ source }, index) =>
      source !== undefined && unknown.includes(source) ? [unknownSource(index)] : [],
    );
    if (faults.length > 0) throw new Problem(401, 'a source is not configured; nothing was stored', faults);
    if (names.length === 0 && reading.events.length > 0)
      throw new Problem(
        422,
        'no event says its source',
        reading.events.flatMap(({ faults: own }, index) => own.map((fault) => ({ index, ...fault }))),
      );
    return names.flatMap((name) => this.routes.get(name)?.source ?? []);
  }

  private authenticate(sources: readonly Source[], scheme: Connector['signature'], delivery: Delivery): void {
    for (const { name, secret } of sources) {
      if (secret === undefined) continue;
      const verdict = verifySignature(scheme, secret, delivery, this.now());
      if (verdict === 'ok') continue;
      this.context.logger.warn({ source: name, verdict }, 'signature refused');
      throw new Problem(401, `the signature is ${verdict === 'mismatch' ? 'wrong' : verdict}`);
    }
  }

  /** A batch may be longer than one event; an array is told by its first byte. */
  private limitSingle(body: Buffer): void {
    const { bodyLimit } = this.context.config;
    if (body.length > bodyLimit && !/^[\s]*\[/.test(body.toString('latin1', 0, 64)))
      throw new Problem(413, `one event may take ${bodyLimit} bytes, this one has ${body.length}`, [
        { index: 0, field: '', reason: 'limit', detail: `${body.length} bytes, at most ${bodyLimit}` },
      ]);
  }

  /** Keeps the bytes of a body that cannot be read, then says so. */
  private async unreadable(
    { status, faults }: Extract<DeliveryReading, { ok: false }>,
    source: string,
    delivery: Delivery,
    refusedStatus: 202 | 422,
  ): Promise<IngestAnswer> {
    if (status === 400 || status === 422) await keepUnreadable(this.database, source, delivery, faults);
    this.count(source, 'refused', 1);
    // What a mapping cannot read will not change by being sent again, and its bytes are in quarantine.
    if (status === 422 && refusedStatus === 202) return refusedWhole(faults);
    throw new Problem(status, detailOf(faults), indexed(faults));
  }

  private async ingest(reading: Readable, { headers }: Delivery, sourceOf: (index: number) => string): Promise<IngestAnswer> {
    const traceparent = currentTraceparent();
    const { database, now, onStep } = this;
    const answer = await ingestEvents(reading, sourceOf, { database, now, traceparent, headers, onStep });
    for (const { index, status } of answer.events) this.count(sourceOf(index), status, 1);
    return answer;
  }

  private count(source: string, status: string, n: number): void {
    this.context.metrics.counter('gateway_events_total', 'Events by what became of them.', ['source', 'status']).inc({ source, status }, n);
  }
}

const indexed = (faults: readonly Omit<Problem['faults'][number], 'index'>[]) => faults.map((fault) => ({ index: 0, ...fault }));
const detailOf = (faults: readonly { field: string; detail: string }[]): string =>
  faults.map(({ field, detail }) => `${field === '' ? 'the body' : field} ${detail}`).join('; ');
const unknownSource = (index: number): Problem['faults'][number] => ({
  index,
  field: 'source',
  reason: 'unknown-source',
  detail: 'is not configured',
});
