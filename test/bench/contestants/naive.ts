/**
 * What the framework's own documentation leads to: Nest's Kafka transport, an `@EventPattern` handler, TypeORM's `findOneBy` and `save`.
 * At least once: a crash between `save` and the commit of the offset counts an order twice, and an event sent twice is counted twice.
 * `BENCH_CONCURRENCY` partitions are handled at once (kafkajs's `partitionsConsumedConcurrently`).
 */
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, Transport, type KafkaContext, type MicroserviceOptions } from '@nestjs/microservices';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { childSettings, HandledRecords } from './child.ts';
import { readOrder } from './read-order.ts';

const settings = childSettings();
const concurrency = Number(process.env.BENCH_CONCURRENCY ?? 1);

@Entity('customer_totals')
class CustomerTotals {
  @PrimaryColumn('text', { name: 'customer_id' })
  customerId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  email!: string;

  @Column('int')
  orders!: number;

  @Column('bigint')
  gross!: string;

  @Column('bigint', { name: 'last_order_at' })
  lastOrderAt!: string;
}

const handled = new HandledRecords();
const source = new DataSource({
  type: 'postgres',
  url: settings.databaseUrl,
  entities: [CustomerTotals],
  poolSize: concurrency,
});

@Controller()
class OrderController {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @EventPattern<string>(settings.topic)
  async onOrder(@Payload() payload: Buffer, @Ctx() context: KafkaContext): Promise<void> {
    const next = BigInt(context.getMessage().offset) + 1n;
    await handled.handle(context.getPartition(), next, 1, () => this.apply(payload));
  }

  private async apply(payload: Buffer): Promise<void> {
    const order = readOrder(payload);
    const repository = this.dataSource.getRepository(CustomerTotals);
    const { customerId } = order;
    const known =
      (await repository.findOneBy({ customerId })) ?? repository.create({ customerId, orders: 0, gross: '0', lastOrderAt: '0' });
    known.name = order.name;
    known.email = order.email;
    known.orders += 1;
    known.gross = (BigInt(known.gross) + order.total).toString();
    known.lastOrderAt = String(Math.max(Number(known.lastOrderAt), order.placedAt));
    await repository.save(known);
  }
}

@Module({ controllers: [OrderController], providers: [{ provide: DataSource, useValue: source }] })
class NaiveModule {}

await source.initialize();
const app = await NestFactory.createMicroservice<MicroserviceOptions>(NaiveModule, {
  logger: ['error', 'warn'],
  transport: Transport.KAFKA,
  options: {
    client: { clientId: 'naive', brokers: settings.brokers },
    consumer: { groupId: settings.group, allowAutoTopicCreation: false },
    subscribe: { fromBeginning: true },
    run: { partitionsConsumedConcurrently: concurrency },
  },
});
await app.listen();
