package dev.archway.registry;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessageBus;
import dev.archway.observability.Traces;
import dev.archway.registry.image.ImageVerifier;
import dev.archway.registry.image.IndexPublisher;
import dev.archway.registry.image.RejectedException;
import dev.archway.registry.store.ImageRecords;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records from the bus and answers them there. What is recorded already is answered from the
 * record, so any record may be delivered again at any time.
 */
final class RegistryListener {
  private static final Logger log = LoggerFactory.getLogger(RegistryListener.class);
  private static final String SOURCE = "registry";

  private final ImageVerifier verifier;
  private final IndexPublisher publisher;
  private final ImageRecords records;
  private final MessageBus bus;
  private final Clock clock;
  private final Traces traces;
  private final MeterRegistry meters;

  RegistryListener(
      ImageVerifier verifier,
      IndexPublisher publisher,
      ImageRecords records,
      MessageBus bus,
      Clock clock,
      Traces traces,
      MeterRegistry meters) {
    this.verifier = verifier;
    this.publisher = publisher;
    this.records = records;
    this.bus = bus;
    this.clock = clock;
    this.traces = traces;
    this.meters = meters;
  }

  /** Verifies and records what an executor pushed. */
  void onImageEvent(Envelope envelope) {
    if (!(envelope.data() instanceof ImageEvent event)) {
      throw unexpected(envelope, "an event of an image");
    }
    switch (event) {
      case ImageEvent.ImagePushed pushed ->
          traces.within(
              "image.verify",
              envelope.traceparent(),
              Map.of(
                  "archway.repository", pushed.image().repository().toString(),
                  "archway.digest", pushed.image().digest().toString()),
              () -> measured("archway.image.verify", () -> verify(pushed)));
      case ImageEvent.ImageVerified _,
          ImageEvent.ImageRejected _,
          ImageEvent.IndexPublished _,
          ImageEvent.IndexFailed _ -> {}
    }
  }

  /** Publishes an index. */
  void onImageCommand(Envelope envelope) {
    if (!(envelope.data() instanceof PublishIndex command)) {
      throw unexpected(envelope, "index.publish");
    }
    traces.within(
        "index.publish",
        envelope.traceparent(),
        Map.of("archway.execution", command.execution().value(), "archway.index", command.index()),
        () -> measured("archway.index.publish", () -> publish(command)));
  }

  /** Every record is answered; those that fail are delivered again, and counted again. */
  private void measured(String name, BooleanSupplier work) {
    Timer.Sample sample = Timer.start(meters);
    String outcome = "error";
    try {
      outcome = work.getAsBoolean() ? "success" : "rejected";
    } finally {
      var _ = sample.stop(meters.timer(name, "outcome", outcome));
    }
  }

  private boolean verify(ImageEvent.ImagePushed pushed) {
    PushedImage image = pushed.image();
    ImageRecords.Origin origin = ImageRecords.Origin.ofStep(pushed.key(), pushed.step());
    String id = "%s/%s/%s".formatted(pushed.key(), pushed.step(), image.digest());
    if (!recorded(origin, image)) {
      try {
        records.add(origin, verifier.verify(pushed, now()));
      } catch (RejectedException e) {
        log.warn("rejected {}: {}", image.repository().pinned(image.digest()), e.getMessage());
        send(
            pushed.execution(),
            id + "/rejected",
            new ImageEvent.ImageRejected(
                pushed.key(),
                now(),
                pushed.step(),
                image.repository(),
                image.digest(),
                e.failure()));
        return false;
      }
    }
    send(
        pushed.execution(),
        id + "/verified",
        new ImageEvent.ImageVerified(
            pushed.key(), now(), pushed.step(), image.repository(), image.digest()));
    return true;
  }

  private boolean recorded(ImageRecords.Origin origin, PushedImage image) {
    return records.of(origin).stream()
        .anyMatch(there ->
            there.repository().equals(image.repository()) && there.digest().equals(image.digest()));
  }

  private boolean publish(PublishIndex command) {
    ImageRecords.Origin origin = ImageRecords.Origin.ofIndex(command.execution(), command.index());
    String id = "%s/index/%s".formatted(command.execution(), command.index());
    List<ImageRecord> published = records.of(origin);
    if (published.isEmpty()) {
      try {
        records.add(origin, publisher.publish(command, now()));
      } catch (RejectedException e) {
        log.warn("cannot publish index {}: {}", id, e.getMessage());
        send(
            command.execution(),
            id + "/failed",
            new ImageEvent.IndexFailed(command.execution(), now(), command.index(), e.failure()));
        return false;
      }
      published = records.of(origin);
    }
    ImageRecord any = published.getFirst();
    send(
        command.execution(),
        id + "/published",
        new ImageEvent.IndexPublished(
            command.execution(),
            any.recordedAt(),
            command.index(),
            any.repository(),
            published.stream().map(ImageRecord::tag).toList(),
            any.digest(),
            any.parts().stream().map(ImageRecord.Part::platform).toList(),
            any.missing()));
    return true;
  }

  private void send(ExecutionId execution, String id, ImageEvent event) {
    bus.send(Topics.IMAGE_EVENTS, Envelopes.of(SOURCE, id, execution.value(), event.at(), event));
  }

  /** As fine as every database keeps it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static IllegalArgumentException unexpected(Envelope envelope, String expected) {
    return new IllegalArgumentException(
        "cannot handle %s %s (expected: %s)"
            .formatted(envelope.data().getClass().getSimpleName(), envelope.id(), expected));
  }
}
