package dev.archway.registry.oci;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Repository;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.registry.oci.OciException.Kind;
import io.github.resilience4j.retry.Retry;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Speaks the OCI distribution API 1.1 with one registry as one user. Calls are repeated while the
 * registry is not available, within {@link RetryRules}. For one thread; cheap to make.
 */
public final class RegistryClient {
  /**
   * Registries must take manifests of this size (distribution specification, "Pushing Manifests").
   */
  private static final int MANIFEST_LIMIT = 4 * 1024 * 1024;

  private final Connector.DockerRegistry registry;
  private final Exchange exchange;
  private final Retry retry;

  /**
   * A client for a connector's registry.
   *
   * @param credentials null for anonymous access
   */
  public RegistryClient(
      HttpClient http,
      Connector.DockerRegistry registry,
      @Nullable Credentials credentials,
      RetryRules rules) {
    this.registry = registry;
    this.exchange = new Exchange(http, origin(registry, registry.host()), credentials);
    this.retry = rules.retry();
  }

  /**
   * The manifest or index that a tag or digest names.
   *
   * @throws OciException of kind {@code MISMATCH} when the bytes are not those of the digest
   */
  public Manifest manifest(Repository repository, String reference) {
    String action = "read %s".formatted(name(repository, reference));
    return retried(() -> {
      Exchange.Answer answer =
          exchange.get(
              uri(repository, "manifests", reference),
              repository,
              Manifest.ACCEPT,
              MANIFEST_LIMIT,
              action);
      Digest actual = Digest.sha256(answer.body());
      if (reference.startsWith("sha256:") && !reference.equals(actual.value())) {
        throw new OciException(
            Kind.MISMATCH,
            "cannot %s: the registry sent content of digest %s".formatted(action, actual));
      }
      String type =
          mediaType(answer.body(), action)
              .orElseGet(() -> answer.contentType().orElse(Manifest.IMAGE));
      return new Manifest(type, actual, answer.body());
    });
  }

  /** What a tag names now; empty when there is no such tag. */
  public Optional<Digest> resolve(Repository repository, String tag) {
    try {
      return Optional.of(manifest(repository, tag).digest());
    } catch (OciException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** A small blob, such as an image's config. */
  public byte[] blob(Repository repository, Digest digest) {
    String action = "read blob %s".formatted(repository.pinned(digest));
    return retried(() -> {
      Exchange.Answer answer =
          exchange.get(
              uri(repository, "blobs", digest.value()), repository, "*/*", MANIFEST_LIMIT, action);
      Digest actual = Digest.sha256(answer.body());
      if (!actual.equals(digest)) {
        throw new OciException(
            Kind.MISMATCH,
            "cannot %s: the registry sent content of digest %s".formatted(action, actual));
      }
      return answer.body();
    });
  }

  /** Puts a manifest or index under a tag or its own digest. May be repeated. */
  public void putManifest(
      Repository repository, String reference, String mediaType, byte[] content) {
    String action = "write %s".formatted(name(repository, reference));
    retried(() -> {
      exchange.put(uri(repository, "manifests", reference), repository, mediaType, content, action);
      return true;
    });
  }

  private <T> T retried(Supplier<T> call) {
    return retry.executeSupplier(call);
  }

  private static String name(Repository repository, String reference) {
    return reference.contains(":") ? repository + "@" + reference : repository.tagged(reference);
  }

  private URI uri(Repository repository, String kind, String reference) {
    return origin(registry, repository.host())
        .resolve("/v2/" + repository.path() + "/" + kind + "/" + reference);
  }

  /** A host other than the connector's is reached by TLS always. */
  private static URI origin(Connector.DockerRegistry registry, String host) {
    boolean own = host.equals(registry.host());
    String scheme = own && registry.plainHttp() ? "http" : "https";
    String authority =
        host.toLowerCase(Locale.ROOT).equals("docker.io") ? "registry-1.docker.io" : host;
    return URI.create(scheme + "://" + authority);
  }

  private static Optional<String> mediaType(byte[] document, String action) {
    try {
      JsonNode type = ContractMapper.json().readTree(document).path("mediaType");
      return type.isString() ? Optional.of(type.stringValue()) : Optional.empty();
    } catch (JacksonException e) {
      throw new OciException(
          Kind.MISMATCH,
          "cannot %s: the registry sent something else than JSON".formatted(action),
          null,
          e);
    }
  }
}
