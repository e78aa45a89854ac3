package dev.archway.messaging;

import dev.archway.contract.wire.Envelope;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.messaging.Message;

/**
 * The bus on Spring Cloud Stream. The producer binding is synchronous: a send returns with the
 * broker's acknowledgement.
 */
final class StreamMessageBus implements MessageBus {
  private final StreamBridge bridge;

  StreamMessageBus(StreamBridge bridge) {
    this.bridge = bridge;
  }

  @Override
  public void send(String topic, Envelope envelope) {
    send(topic, envelope.id(), Envelopes.write(envelope));
  }

  void send(String topic, String id, Message<byte[]> message) {
    try {
      if (!bridge.send(topic, message)) {
        throw new IllegalStateException("the binding refused it");
      }
    } catch (RuntimeException e) {
      throw new MessageNotSentException(topic, id, e);
    }
  }
}
