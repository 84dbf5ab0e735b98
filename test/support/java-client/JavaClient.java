import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * The Java client, for comparison. Reads keys from standard input, one a line.
 * "hash": prints the murmur2 of each as eight hexadecimal digits.
 * "produce BROKERS TOPIC CODEC": sends each as key and, repeated forty times, as value; prints the partition of each.
 */
public class JavaClient {
  public static void main(String[] args) throws Exception {
    List<String> keys = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    if (args[0].equals("hash")) {
      for (String key : keys) System.out.println(String.format("%08x", Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))));
      return;
    }
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[1]);
    settings.put("compression.type", args[3]);
    settings.put("linger.ms", "50");
    try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String key : keys) {
        byte[] value = key.repeat(40).getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(new ProducerRecord<>(args[2], key.getBytes(StandardCharsets.UTF_8), value)));
      }
      producer.flush();
      for (var metadata : sent) System.out.println(metadata.get().partition());
    }
  }
}
