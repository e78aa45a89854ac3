package dev.archway.executor.runtime.script;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.plan.ObjectStore;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A bucket and its account as rclone's remote {@code store}, told in its environment (rclone's
 * documentation, "Config file", "Environment variables"): neither a command line nor a pod's spec
 * holds any of it. Pure.
 */
public final class StoreAccount {
  private StoreAccount() {}

  /** The secret among it. */
  public static SecretRef secret(ObjectStore store) {
    return switch (store) {
      case ObjectStore.S3 s3 -> s3.account().secretKey();
      case ObjectStore.Gcs gcs -> gcs.account().keyFile();
    };
  }

  /** The variables. */
  public static Map<String, String> environment(
      ObjectStore store, Function<SecretRef, String> secrets) {
    Map<String, String> remote = new TreeMap<>();
    String secret = secrets.apply(secret(store));
    switch (store) {
      case ObjectStore.S3 s3 -> {
        Connector.Aws account = s3.account();
        URI endpoint = s3.endpoint();
        remote.put("TYPE", "s3");
        remote.put("PROVIDER", endpoint == null ? "AWS" : "Other");
        remote.put("ACCESS_KEY_ID", account.accessKey());
        remote.put("SECRET_ACCESS_KEY", secret);
        remote.put("REGION", s3.region());
        remote.put("FORCE_PATH_STYLE", Boolean.toString(s3.pathStyle()));
        if (endpoint != null) {
          remote.put("ENDPOINT", endpoint.toString());
        }
      }
      case ObjectStore.Gcs gcs -> {
        URI endpoint = gcs.account().storageEndpoint();
        remote.put("TYPE", "google cloud storage");
        remote.put("SERVICE_ACCOUNT_CREDENTIALS", secret);
        // Buckets say who may read them; objects of their own say nothing.
        remote.put("BUCKET_POLICY_ONLY", "true");
        if (endpoint != null) {
          remote.put("ENDPOINT", endpoint.resolve("/storage/v1/").toString());
        }
      }
    }
    // A misspelt bucket shall be told, not made.
    remote.put("NO_CHECK_BUCKET", "true");
    Map<String, String> environment = new TreeMap<>();
    remote.forEach((key, value) -> environment.put("RCLONE_CONFIG_STORE_" + key, value));
    environment.put("RCLONE_CONFIG", "/dev/null");
    environment.put("RCLONE_RETRIES", "1");
    environment.put("RCLONE_LOW_LEVEL_RETRIES", "3");
    environment.put("RCLONE_CONTIMEOUT", "15s");
    return environment;
  }
}
