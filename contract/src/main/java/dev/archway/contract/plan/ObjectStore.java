package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.archway.contract.connector.Connector;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A bucket, and the account that reads and writes it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ObjectStore.S3.class, name = "S3"),
  @JsonSubTypes.Type(value = ObjectStore.Gcs.class, name = "Gcs")
})
public sealed interface ObjectStore {
  /** The account. */
  Connector.Cloud account();

  /** The bucket's name. */
  String bucket();

  /** The bucket's address as people write it, such as {@code s3://bucket}. */
  String address();

  /** Where the store answers, for people. */
  String host();

  /**
   * Amazon S3, or what speaks its protocol.
   *
   * @param endpoint where its API answers; null means the region's public one
   * @param pathStyle true when the bucket stands in the path, not in the host's name
   */
  record S3(
      Connector.Aws account,
      String bucket,
      String region,
      @Nullable URI endpoint,
      boolean pathStyle)
      implements ObjectStore {
    @Override
    public String address() {
      return "s3://" + bucket;
    }

    @Override
    public String host() {
      return endpoint == null ? "Amazon S3 in " + region : endpoint.toString();
    }
  }

  /** Google Cloud Storage. */
  record Gcs(Connector.Gcp account, String bucket) implements ObjectStore {
    @Override
    public String address() {
      return "gs://" + bucket;
    }

    @Override
    public String host() {
      URI endpoint = account.storageEndpoint();
      return endpoint == null ? "Google Cloud Storage" : endpoint.toString();
    }
  }
}
