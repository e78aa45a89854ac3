package dev.archway.messaging;

import dev.archway.contract.wire.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.stream.binder.kafka.KafkaBindingRebalanceListener;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;

/**
 * Records that ask for long work. The offset that a group commits stays before the first of them
 * whose work is not over, so that whoever gets the partition next is given it, and everything after
 * it, again. Thread-safe. Its consumers' bindings need {@code ack-mode=MANUAL}.
 */
public final class HeldRecords implements KafkaBindingRebalanceListener {
  /** What is done with the records. */
  public interface Work {
    /**
     * Takes a record in a moment; the work goes on elsewhere.
     *
     * @param inherited true when another consumer may have been given it before
     * @param over to be run once nobody needs to be given the record again; by any thread, again
     *     without harm
     */
    void take(Envelope envelope, boolean inherited, Runnable over);

    /** Another consumer is given the record from now on. */
    void letGo(Envelope envelope);
  }

  private final Work work;
  private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
  private final Map<String, Set<TopicPartition>> bindings = new ConcurrentHashMap<>();

  /**
   * @param work what all of its consumers do
   */
  public HeldRecords(Work work) {
    this.work = work;
  }

  /** One that has been taken. */
  private static final class Held {
    final Envelope envelope;
    final Acknowledgment acknowledgment;
    boolean over;

    Held(Envelope envelope, Acknowledgment acknowledgment) {
      this.envelope = envelope;
      this.acknowledgment = acknowledgment;
    }
  }

  /** A partition for as long as it is this consumer's. */
  private static final class Partition {
    final long inherited;
    final TreeMap<Long, Held> held = new TreeMap<>();
    boolean lost;

    Partition(long inherited) {
      this.inherited = inherited;
    }

    synchronized void hold(long offset, Held record) {
      held.put(offset, record);
    }

    synchronized void over(Held record) {
      record.over = true;
      Held last = null;
      while (!lost && !held.isEmpty() && held.firstEntry().getValue().over) {
        last = held.pollFirstEntry().getValue();
      }
      if (last != null) {
        last.acknowledgment.acknowledge();
      }
    }

    synchronized List<Envelope> lose() {
      lost = true;
      List<Envelope> open = new ArrayList<>();
      held.values().stream().filter(r -> !r.over).forEach(r -> open.add(r.envelope));
      held.clear();
      return open;
    }
  }

  /** A consumer function for Spring Cloud Stream; see {@link Envelopes#listener}. */
  public java.util.function.Consumer<Message<byte[]>> listener() {
    return message -> {
      Acknowledgment acknowledgment =
          header(message, KafkaHeaders.ACKNOWLEDGMENT, Acknowledgment.class);
      TopicPartition place =
          new TopicPartition(
              header(message, KafkaHeaders.RECEIVED_TOPIC, String.class),
              header(message, KafkaHeaders.RECEIVED_PARTITION, Integer.class));
      long offset = header(message, KafkaHeaders.OFFSET, Long.class);
      Partition partition = partitions.computeIfAbsent(place, _ -> new Partition(Long.MAX_VALUE));
      Envelope envelope;
      try {
        envelope = Envelopes.read(message);
      } catch (RuntimeException e) {
        // It goes to the dead letters, and must not hold back what follows.
        finish(partition, offset, acknowledgment);
        throw e;
      }
      Held held = new Held(envelope, acknowledgment);
      partition.hold(offset, held);
      try {
        Redelivery.untilHandled(
            () -> work.take(envelope, offset < partition.inherited, () -> partition.over(held)));
      } catch (RuntimeException e) {
        partition.over(held);
        throw e;
      }
    };
  }

  private static void finish(Partition partition, long offset, Acknowledgment acknowledgment) {
    Held nothing = new Held(new Envelope("", "", "", java.time.Instant.EPOCH, ""), acknowledgment);
    partition.hold(offset, nothing);
    partition.over(nothing);
  }

  private static <T> T header(Message<?> message, String name, Class<T> type) {
    @Nullable T value = message.getHeaders().get(name, type);
    if (value == null) {
      throw new IllegalStateException(
          "no header %s (expected: a Kafka record of a binding with ack-mode=MANUAL)"
              .formatted(name));
    }
    return value;
  }

  @Override
  public void onPartitionsAssigned(
      String binding,
      Consumer<?, ?> consumer,
      Collection<TopicPartition> assigned,
      boolean initial) {
    Set<TopicPartition> owned = new HashSet<>(consumer.assignment());
    Set<TopicPartition> before = bindings.put(binding, owned);
    consumer
        .endOffsets(assigned)
        .forEach((partition, end) -> {
          // What this consumer is still at work on is given to it once more, and then held again.
          Partition old = partitions.put(partition, new Partition(end));
          if (old != null) {
            var _ = old.lose();
          }
        });
    if (before != null) {
      before.stream().filter(p -> !owned.contains(p)).forEach(this::lose);
    }
  }

  private void lose(TopicPartition place) {
    Partition partition = partitions.remove(place);
    if (partition != null) {
      partition.lose().forEach(work::letGo);
    }
  }
}
