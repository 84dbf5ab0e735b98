import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;

/**
 * Decodes the whole order and hands over its head as a flat row: the sink takes no nested lines. Stands in for Confluent's AvroConverter,
 * which wants a registry server.
 */
public final class FramedOrderConverter implements Converter {
  private static final Schema ROW =
      SchemaBuilder.struct()
          .name("order")
          .field("order_id", Schema.STRING_SCHEMA)
          .field("version", Schema.INT64_SCHEMA)
          .field("status", Schema.STRING_SCHEMA)
          .field("channel", Schema.STRING_SCHEMA)
          .field("placed_at", Schema.INT64_SCHEMA)
          .field("customer_id", Schema.STRING_SCHEMA)
          .field("email", Schema.OPTIONAL_STRING_SCHEMA)
          .field("name", Schema.OPTIONAL_STRING_SCHEMA)
          .field("currency", Schema.STRING_SCHEMA)
          .field("shipping", Schema.INT64_SCHEMA)
          .field("total", Schema.INT64_SCHEMA)
          .build();
  private String schemaFile;
  private ThreadLocal<FramedOrder> orders;

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    schemaFile = (String) configs.get("schema.file");
    orders = ThreadLocal.withInitial(() -> new FramedOrder(schemaFile));
  }

  @Override
  public SchemaAndValue toConnectData(String topic, byte[] framed) {
    GenericRecord order = orders.get().read(framed);
    GenericRecord customer = (GenericRecord) order.get("customer");
    Struct row =
        new Struct(ROW)
            .put("order_id", FramedOrder.text(order.get("orderId")))
            .put("version", order.get("version"))
            .put("status", FramedOrder.text(order.get("status")))
            .put("channel", FramedOrder.text(order.get("channel")))
            .put("placed_at", order.get("placedAt"))
            .put("customer_id", FramedOrder.text(customer.get("id")))
            .put("email", FramedOrder.text(customer.get("email")))
            .put("name", FramedOrder.text(customer.get("name")))
            .put("currency", FramedOrder.text(order.get("currency")))
            .put("shipping", FramedOrder.unscaled(order.get("shipping")))
            .put("total", FramedOrder.unscaled(order.get("total")));
    return new SchemaAndValue(ROW, row);
  }

  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    throw new UnsupportedOperationException("a sink writes nothing to Kafka");
  }
}
