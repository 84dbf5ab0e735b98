import java.nio.ByteBuffer;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Kafka Streams, exactly_once_v2: orders, money and the last order's time by customer, kept in RocksDB with its change log, changes written
 * to a topic. Its own defaults otherwise (commits every 100 ms, record cache on), two threads. Arguments: brokers, application id,
 * topic, out-topic, schema file, state folder. Prints `<events handled> <milliseconds since 1970>` every 50 ms.
 */
public final class CustomerTotals {
  /** Orders, gross, time of the last order: three longs. */
  private static final int SIZE = 24;

  private record Order(long total, long placedAt) {}

  public static void main(String[] args) throws InterruptedException {
    String schemaFile = args[4];
    AtomicLong handled = new AtomicLong();
    ThreadLocal<FramedOrder> orders = ThreadLocal.withInitial(() -> new FramedOrder(schemaFile));
    Deserializer<Order> read =
        (topic, framed) -> {
          GenericRecord order = orders.get().read(framed);
          return new Order(FramedOrder.unscaled(order.get("total")), (Long) order.get("placedAt"));
        };
    Serde<Order> orderSerde =
        Serdes.serdeFrom(
            (topic, order) -> {
              throw new UnsupportedOperationException("orders are only read");
            },
            read);
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(args[2], Consumed.with(Serdes.String(), orderSerde))
        .groupByKey(Grouped.with(Serdes.String(), orderSerde))
        .aggregate(
            () -> new byte[SIZE],
            (customer, order, before) -> {
              ByteBuffer old = ByteBuffer.wrap(before);
              byte[] after = new byte[SIZE];
              ByteBuffer.wrap(after)
                  .putLong(old.getLong() + 1)
                  .putLong(old.getLong() + order.total())
                  .putLong(Math.max(old.getLong(), order.placedAt()));
              handled.incrementAndGet();
              return after;
            },
            Materialized.<String, byte[], KeyValueStore<Bytes, byte[]>>as("totals")
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.ByteArray()))
        .toStream()
        .to(args[3], Produced.with(Serdes.String(), Serdes.ByteArray()));
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, args[5]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put("auto.offset.reset", "earliest");
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    CountDownLatch ended = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          ended.countDown();
          return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
    long told = -1;
    while (!ended.await(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
      long count = handled.get();
      if (count != told) System.out.println(count + " " + System.currentTimeMillis());
      told = count;
    }
    System.exit(1);
  }
}
