package dev.archway.executor.runtime.kubernetes;

import dev.archway.connector.RegistryLogin;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.image.Platform;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an image runs when it is given no command, as its registry says (OCI distribution and image
 * specifications 1.1): a container that waits at a gate has to be told. Thread-safe.
 */
final class EntryPoints implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String MANIFESTS =
      "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
  private static final Pattern CHALLENGE = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  private final KubernetesSettings settings;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  EntryPoints(KubernetesSettings settings) {
    this.settings = settings;
  }

  /** The image is not to be had, or says nothing that could be run. */
  static final class NoEntryPoint extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoEntryPoint(String message) {
      super(message);
    }
  }

  /** The registry does not give the image; another place may. */
  private static final class NotThere extends Exception {
    private static final long serialVersionUID = 1L;

    NotThere(String message) {
      super(message);
    }
  }

  /** A repository at one registry, and how to ask there. */
  private record Place(String base, String reference, @Nullable String basic) {}

  /**
   * The image's entry point with its default arguments.
   *
   * @param image its full name
   * @param account whose registry and name are used there
   * @param login gives the account's user and password as {@link RegistryLogin#pair} does; not
   *     asked without an account
   * @throws NoEntryPoint when another try would not help
   * @throws IOException when the registry cannot be asked now
   */
  List<String> of(
      String image,
      Platform platform,
      @Nullable DockerRegistry account,
      Function<DockerRegistry, String> login)
      throws IOException, InterruptedException {
    List<String> refusals = new ArrayList<>();
    for (Place place : places(image, account, login)) {
      try {
        return read(place, platform);
      } catch (NotThere e) {
        refusals.add(String.valueOf(e.getMessage()));
      }
    }
    throw new NoEntryPoint(
        "cannot look up the entry point of %s: %s".formatted(image, String.join("; ", refusals)));
  }

  /** Mirrors come first, as with builds. */
  private List<Place> places(
      String image, @Nullable DockerRegistry account, Function<DockerRegistry, String> login) {
    List<Place> places = new ArrayList<>();
    for (KubernetesSettings.Mirror mirror : settings.mirrors()) {
      if (image.startsWith(mirror.prefix() + "/")) {
        String at = mirror.location() + image.substring(mirror.prefix().length());
        places.add(place(at, mirror.insecure(), null));
      }
    }
    String host = image.substring(0, image.indexOf('/'));
    boolean own = account != null && account.host().equals(host);
    String basic = null;
    if (own && account != null && account.username() != null) {
      basic =
          Base64.getEncoder().encodeToString(login.apply(account).getBytes(StandardCharsets.UTF_8));
    }
    boolean plain =
        (own && account != null && account.plainHttp())
            || settings.insecureRegistries().contains(host);
    String at = host.equals("docker.io") ? "registry-1." + image : image;
    places.add(place(at, plain, basic));
    return places;
  }

  private static Place place(String name, boolean plain, @Nullable String basic) {
    int slash = name.indexOf('/');
    String rest = name.substring(slash + 1);
    int digest = rest.indexOf('@');
    int tag = rest.indexOf(':');
    int end = digest >= 0 && (tag < 0 || digest < tag) ? digest : tag;
    String repository = rest.substring(0, end);
    String reference = digest >= 0 ? rest.substring(digest + 1) : rest.substring(end + 1);
    return new Place(
        "%s://%s/v2/%s/".formatted(plain ? "http" : "https", name.substring(0, slash), repository),
        reference,
        basic);
  }

  private List<String> read(Place place, Platform platform)
      throws IOException, InterruptedException, NotThere {
    JsonNode manifest = get(place, "manifests/" + place.reference());
    if (manifest.has("manifests")) {
      JsonNode found =
          StreamSupport.stream(manifest.get("manifests").spliterator(), false)
              .filter(each -> of(each.path("platform"), platform))
              .findFirst()
              .orElseThrow(() ->
                  new NoEntryPoint(
                      "cannot run %s: it has no image for %s"
                          .formatted(place.reference(), platform)));
      manifest = get(place, "manifests/" + found.path("digest").asString());
    }
    JsonNode config =
        get(place, "blobs/" + manifest.path("config").path("digest").asString()).path("config");
    List<String> words = new ArrayList<>();
    config.path("Entrypoint").forEach(word -> words.add(word.asString()));
    config.path("Cmd").forEach(word -> words.add(word.asString()));
    if (words.isEmpty()) {
      throw new NoEntryPoint(
          "cannot run %s: it has neither an entry point nor a command; give the step a command"
              .formatted(place.base() + place.reference()));
    }
    return words;
  }

  private static boolean of(JsonNode found, Platform platform) {
    return found.path("os").asString("").equals(platform.os())
        && found.path("architecture").asString("").equals(platform.architecture());
  }

  private JsonNode get(Place place, String path)
      throws IOException, InterruptedException, NotThere {
    URI uri = URI.create(place.base() + path);
    HttpResponse<String> answer =
        send(uri, place.basic() == null ? null : "Basic " + place.basic());
    if (answer.statusCode() == 401) {
      String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("");
      if (challenge.regionMatches(true, 0, "Bearer ", 0, 7)) {
        answer = send(uri, "Bearer " + token(place, challenge));
      }
    }
    // A blob may lie elsewhere, where the registry's credentials do not belong.
    for (int hops = 0; answer.statusCode() / 100 == 3 && hops < 5; hops++) {
      answer = send(uri.resolve(answer.headers().firstValue("Location").orElse("")), null);
    }
    int status = answer.statusCode();
    if (status == 200) {
      return ContractMapper.json().readTree(answer.body());
    }
    String said = "%s answered %d".formatted(uri, status);
    if (status == 429 || status >= 500) {
      throw new IOException(said);
    }
    throw new NotThere(said);
  }

  private String token(Place place, String challenge)
      throws IOException, InterruptedException, NotThere {
    String realm = "";
    List<String> query = new ArrayList<>();
    Matcher matcher = CHALLENGE.matcher(challenge);
    while (matcher.find()) {
      if (matcher.group(1).equals("realm")) {
        realm = matcher.group(2);
      } else {
        query.add(
            matcher.group(1) + "=" + URLEncoder.encode(matcher.group(2), StandardCharsets.UTF_8));
      }
    }
    HttpResponse<String> answer =
        send(
            URI.create(realm + "?" + String.join("&", query)),
            place.basic() == null ? null : "Basic " + place.basic());
    if (answer.statusCode() != 200) {
      throw new NotThere("%s answered %d".formatted(realm, answer.statusCode()));
    }
    Map<?, ?> body = ContractMapper.json().readValue(answer.body(), Map.class);
    Object token = body.get("token") == null ? body.get("access_token") : body.get("token");
    return String.valueOf(token);
  }

  private HttpResponse<String> send(URI uri, @Nullable String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(PATIENCE).header("Accept", MANIFESTS);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.close();
  }
}
