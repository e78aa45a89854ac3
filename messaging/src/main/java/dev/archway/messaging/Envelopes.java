package dev.archway.messaging;

import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.ContractTypes;
import dev.archway.contract.wire.Envelope;
import dev.archway.observability.TraceParent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.MessageBuilder;

/** Turns envelopes into messages and back: CloudEvents 1.0, Kafka protocol binding, binary mode. */
public final class Envelopes {
  private Envelopes() {}

  /**
   * An envelope for a record.
   *
   * @param source the service that makes it
   * @param id derived from the content's identity, so that a resend has the same
   * @param key orders records
   */
  public static Envelope of(String source, String id, String key, Instant time, Object data) {
    return new Envelope(id, source, key, time, data);
  }

  /**
   * A consumer function for Spring Cloud Stream. Trouble of the surroundings (database away, broker
   * away) is retried until it is over, which holds back this partition only; a record that cannot
   * be read or handled goes to the dead letters.
   */
  public static Consumer<Message<byte[]>> listener(Consumer<Envelope> handler) {
    return message -> {
      Envelope envelope = read(message);
      // The key begins with the execution; what handling it logs says so.
      try (var _ = MDC.putCloseable("execution", envelope.key().split("/", 2)[0])) {
        Redelivery.untilHandled(() -> handler.accept(envelope));
      }
    };
  }

  static Message<byte[]> write(Envelope envelope) {
    return write(
        envelope.id(),
        envelope.source(),
        envelope.key(),
        ContractTypes.nameOf(envelope.data()),
        envelope.time(),
        ContractMapper.json().writeValueAsBytes(envelope.data()),
        envelope.traceparent() == null ? TraceParent.current() : envelope.traceparent());
  }

  static Message<byte[]> write(
      String id,
      String source,
      String key,
      String wireName,
      Instant time,
      byte[] body,
      @Nullable String traceparent) {
    return MessageBuilder.withPayload(body)
        .setHeader(TraceParent.HEADER, traceparent)
        .setHeader(KafkaHeaders.KEY, key.getBytes(StandardCharsets.UTF_8))
        .setHeader("ce_specversion", "1.0")
        .setHeader("ce_id", id)
        .setHeader("ce_source", source)
        .setHeader("ce_type", "dev.archway." + wireName)
        .setHeader("ce_time", time.toString())
        .setHeader("content-type", "application/json")
        .build();
  }

  static Envelope read(Message<byte[]> message) {
    String type = header(message, "ce_type");
    String wireName =
        type.startsWith("dev.archway.") ? type.substring("dev.archway.".length()) : type;
    Class<? extends Record> known =
        ContractTypes.classOf(wireName)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "cannot read a record of type \"%s\" (expected: one of %s); it is kept among the dead letters"
                        .formatted(type, ContractTypes.names())));
    Object data = ContractMapper.json().readValue(message.getPayload(), known);
    Object key = message.getHeaders().get(KafkaHeaders.RECEIVED_KEY);
    return new Envelope(
        header(message, "ce_id"),
        header(message, "ce_source"),
        key instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.UTF_8)
            : String.valueOf(key),
        Instant.parse(header(message, "ce_time")),
        data,
        text(message.getHeaders().get(TraceParent.HEADER)));
  }

  private static String header(Message<byte[]> message, String name) {
    @Nullable Object value = message.getHeaders().get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "cannot read a record without header %s (expected: a CloudEvents record)"
              .formatted(name));
    }
    return Objects.requireNonNull(text(value));
  }

  private static @Nullable String text(@Nullable Object header) {
    return header instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : Objects.toString(header, null);
  }
}
