package dev.archway.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/**
 * A collector of traces: OTLP over HTTP, protobuf. It reads of it what the tests look at (field
 * numbers: opentelemetry-proto, trace/v1/trace.proto).
 */
final class OtlpReceiver implements AutoCloseable {
  private static final int LENGTH_DELIMITED = 2;

  private final HttpServer http;
  private final List<Span> spans = new CopyOnWriteArrayList<>();

  record Span(String service, String trace, String id, String parent, String name) {}

  OtlpReceiver() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/v1/traces", this::take);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1/traces";
  }

  List<Span> spans() {
    return List.copyOf(spans);
  }

  private void take(HttpExchange exchange) throws IOException {
    boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (var body =
        packed ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      fields(body.readAllBytes(), (_, resourceSpans) -> takeResource(resourceSpans));
    }
    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private void takeResource(byte[] resourceSpans) {
    String[] service = {"?"};
    fields(
        resourceSpans,
        (field, resource) -> {
          if (field == 1) {
            fields(resource, (_, attribute) -> service[0] = serviceName(attribute, service[0]));
          }
        });
    fields(
        resourceSpans,
        (field, scope) -> {
          if (field == 2) {
            fields(
                scope,
                (kind, span) -> {
                  if (kind == 2) {
                    spans.add(span(service[0], span));
                  }
                });
          }
        });
  }

  private static String serviceName(byte[] attribute, String otherwise) {
    String[] pair = {"", ""};
    fields(
        attribute,
        (field, value) -> {
          if (field == 1) {
            pair[0] = new String(value, StandardCharsets.UTF_8);
          } else {
            fields(value, (_, text) -> pair[1] = new String(text, StandardCharsets.UTF_8));
          }
        });
    return pair[0].equals("service.name") ? pair[1] : otherwise;
  }

  private static Span span(String service, byte[] message) {
    String[] parts = {"", "", "", ""};
    fields(
        message,
        (field, value) -> {
          switch (field) {
            case 1 -> parts[0] = HexFormat.of().formatHex(value);
            case 2 -> parts[1] = HexFormat.of().formatHex(value);
            case 4 -> parts[2] = HexFormat.of().formatHex(value);
            case 5 -> parts[3] = new String(value, StandardCharsets.UTF_8);
            default -> {}
          }
        });
    return new Span(service, parts[0], parts[1], parts[2], parts[3]);
  }

  /** The length-delimited fields of a protobuf message; the others are skipped. */
  private static void fields(byte[] message, BiConsumer<Integer, byte[]> taker) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long key = varint(in);
      switch ((int) (key & 7)) {
        case 0 -> varint(in);
        case 1 -> in.position(in.position() + Long.BYTES);
        case LENGTH_DELIMITED -> {
          byte[] value = new byte[(int) varint(in)];
          in.get(value);
          taker.accept((int) (key >>> 3), value);
        }
        case 5 -> in.position(in.position() + Integer.BYTES);
        default ->
            throw new UncheckedIOException(new IOException("not protobuf: wire type of " + key));
      }
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
