package dev.archway.messaging;

import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.MessageBuilder;

/**
 * A consumer function for Spring Cloud Stream that is given what one poll brought, so that one
 * transaction may serve many records. What fails as a whole is handled record by record, with the
 * promises of {@link Envelopes#listener}: trouble of the surroundings is waited for, and a record
 * that cannot be read or handled goes to the dead letters alone. Its binding needs {@code
 * batch-mode=true}. Thread-safe.
 */
public final class BatchListener implements Consumer<Message<List<byte[]>>> {
  private static final Logger log = LoggerFactory.getLogger(BatchListener.class);

  private final StreamBridge bridge;
  private final Consumer<List<Envelope>> handler;

  /**
   * @param bridge for the dead letters
   * @param handler of all records or of one, in order; all or nothing
   */
  public BatchListener(StreamBridge bridge, Consumer<List<Envelope>> handler) {
    this.bridge = bridge;
    this.handler = handler;
  }

  @Override
  public void accept(Message<List<byte[]>> batch) {
    List<Message<byte[]>> records = split(batch);
    try {
      handler.accept(records.stream().map(Envelopes::read).toList());
    } catch (RuntimeException e) {
      log.debug("handling {} records one by one: {}", records.size(), e.toString());
      records.forEach(this::alone);
    }
  }

  private void alone(Message<byte[]> message) {
    try {
      Redelivery.untilHandled(() -> handler.accept(List.of(Envelopes.read(message))));
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e; // The service stops: the record is delivered again.
      }
      String topic = String.valueOf(message.getHeaders().get(KafkaHeaders.RECEIVED_TOPIC));
      log.error("cannot handle a record of {}; it is kept among the dead letters", topic, e);
      Message<byte[]> dead =
          MessageBuilder.fromMessage(message)
              .setHeader(KafkaHeaders.KEY, message.getHeaders().get(KafkaHeaders.RECEIVED_KEY))
              .setHeader("x-original-topic", topic)
              .setHeader(
                  "x-original-offset",
                  String.valueOf(message.getHeaders().get(KafkaHeaders.OFFSET)))
              .setHeader("x-exception-fqcn", e.getClass().getName())
              .setHeader("x-exception-message", String.valueOf(e.getMessage()))
              .build();
      Redelivery.untilHandled(() -> send(Topics.deadLetters(topic), dead));
    }
  }

  private void send(String topic, Message<byte[]> message) {
    try {
      if (!bridge.send(topic, message)) {
        throw new IllegalStateException("the binding refused it");
      }
    } catch (RuntimeException e) {
      throw new MessageNotSentException(
          topic, String.valueOf(message.getHeaders().get("ce_id")), e);
    }
  }

  private static List<Message<byte[]>> split(Message<List<byte[]>> batch) {
    List<byte[]> bodies = batch.getPayload();
    List<Message<byte[]>> records = new ArrayList<>(bodies.size());
    for (int i = 0; i < bodies.size(); i++) {
      MessageBuilder<byte[]> record = MessageBuilder.withPayload(bodies.get(i));
      if (at(batch, KafkaHeaders.BATCH_CONVERTED_HEADERS, i) instanceof Map<?, ?> headers) {
        headers.forEach((name, value) -> record.setHeader(String.valueOf(name), value));
      }
      for (String name :
          new String[] {
            KafkaHeaders.RECEIVED_KEY, KafkaHeaders.RECEIVED_TOPIC, KafkaHeaders.OFFSET
          }) {
        record.setHeader(name, at(batch, name, i));
      }
      records.add(record.build());
    }
    return records;
  }

  private static @Nullable Object at(Message<?> batch, String header, int index) {
    return batch.getHeaders().get(header) instanceof List<?> values && index < values.size()
        ? values.get(index)
        : null;
  }
}
