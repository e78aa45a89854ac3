package dev.archway.benchmarks;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.ContractTypes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records of one stage as the services write them (CloudEvents 1.0, Kafka binding, binary mode).
 */
final class BenchmarkRecord {
  private BenchmarkRecord() {}

  /**
   * A record.
   *
   * @param what tells it from the stage's other records of this source
   */
  static ProducerRecord<byte[], byte[]> of(
      String topic, StageKey key, String what, String source, Instant time, Object data) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic,
            key.execution().value().getBytes(StandardCharsets.UTF_8),
            ContractMapper.json().writeValueAsBytes(data));
    Map.of(
            "ce_specversion",
            "1.0",
            "ce_id",
            key + "/" + what,
            "ce_source",
            source,
            "ce_type",
            "dev.archway." + ContractTypes.nameOf(data),
            "ce_time",
            time.toString())
        .forEach(
            (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return record;
  }
}
