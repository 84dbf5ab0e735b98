import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads an order from a record in Confluent wire format with Avro's own library and the schema as it stands under contracts/: there is no
 * registry server here to ask, and one would be asked once. An instance belongs to one thread.
 */
final class FramedOrder {
  private static final int FRAME = 5;
  private final GenericDatumReader<GenericRecord> reader;
  private BinaryDecoder decoder;
  private GenericRecord reused;

  FramedOrder(String schemaFile) {
    try {
      reader = new GenericDatumReader<>(new Schema.Parser().parse(Files.readString(Path.of(schemaFile))));
    } catch (IOException error) {
      throw new IllegalArgumentException("no schema at " + schemaFile, error);
    }
  }

  /** The decoded order; the next call may use the same object again. */
  GenericRecord read(byte[] framed) {
    if (framed.length < FRAME || framed[0] != 0) throw new IllegalArgumentException("not in Confluent wire format");
    decoder = DecoderFactory.get().binaryDecoder(framed, FRAME, framed.length - FRAME, decoder);
    try {
      reused = reader.read(reused, decoder);
    } catch (IOException error) {
      throw new IllegalArgumentException("not an order", error);
    }
    return reused;
  }

  /** An amount as an integer of the schema's scale. */
  static long unscaled(Object bytes) {
    ByteBuffer buffer = ((ByteBuffer) bytes).duplicate();
    byte[] value = new byte[buffer.remaining()];
    buffer.get(value);
    return new BigInteger(value).longValueExact();
  }

  static String text(Object value) {
    return value == null ? null : value.toString();
  }
}
