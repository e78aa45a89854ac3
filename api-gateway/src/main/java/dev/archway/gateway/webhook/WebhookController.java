package dev.archway.gateway.webhook;

import dev.archway.contract.api.WebhookKey;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessageNotSentException;
import dev.archway.web.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Takes the calls of triggers' webhooks. Open to all, since a call proves itself by its signature;
 * a call is answered 202 once Kafka has it, and nothing is done with it here.
 */
@RestController
final class WebhookController {
  /** Twice this, as JSON text within JSON, is still less than Kafka takes. */
  private static final DataSize LIMIT = DataSize.ofMegabytes(1);

  private static final int LONGEST_ID = 160;
  private static final Logger log = LoggerFactory.getLogger(WebhookController.class);

  private final WebhookKeys keys;
  private final MessageBus bus;
  private final Clock clock;

  WebhookController(WebhookKeys keys, MessageBus bus, Clock clock) {
    this.keys = keys;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * The answer.
   *
   * @param deliveries ids under which the trigger lists what came of the call
   */
  record Taken(List<String> deliveries) {}

  @PostMapping("/api/v1/webhooks/{provider}/{org}/{project}/{trigger}")
  ResponseEntity<?> take(
      @PathVariable String provider,
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String trigger,
      HttpServletRequest request)
      throws IOException {
    TriggerKey key = new TriggerKey(org, project, trigger);
    Call call = call(request);
    Instant now = clock.instant();
    try {
      Signature.Verdict.Genuine genuine = check(provider(provider), key, call, now);
      List<GitEvent> events = events(provider(provider), key, call, genuine.fingerprint(), now);
      for (GitEvent event : events) {
        bus.send(Topics.GIT_EVENTS, envelope(event));
      }
      return ResponseEntity.accepted()
          .body(new Taken(events.stream().map(GitEvent::delivery).toList()));
    } catch (MessageNotSentException | WebhookKeys.UnknownNowException e) {
      log.warn("cannot take a webhook now trigger={}: {}", key, e.toString());
      return ResponseEntity.status(503)
          .header(HttpHeaders.RETRY_AFTER, "2")
          .body(
              new dev.archway.contract.api.ProblemDocument(
                  null,
                  "Service Unavailable",
                  503,
                  "the call cannot be taken now; send it again in 2 s",
                  List.of()));
    }
  }

  private static Call call(HttpServletRequest request) throws IOException {
    byte[] body = request.getInputStream().readNBytes((int) LIMIT.toBytes() + 1);
    if (body.length > LIMIT.toBytes()) {
      throw new ProblemException(
          413,
          "Content Too Large",
          "The webhook's body is over %d bytes, which is the most that is taken here."
              .formatted(LIMIT.toBytes()));
    }
    Map<String, String> headers = new TreeMap<>();
    for (String name : Collections.list(request.getHeaderNames())) {
      headers.put(name.toLowerCase(Locale.ROOT), request.getHeader(name));
    }
    return new Call(headers, body);
  }

  private static GitEvent.Provider provider(String word) {
    try {
      return GitEvent.Provider.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          404,
          "Not found",
          "no webhooks of this kind (expected: github, gitlab, gitea, bitbucket or generic)");
    }
  }

  /** A trigger that is not there and a call that is not genuine are answered alike. */
  private Signature.Verdict.Genuine check(
      GitEvent.Provider provider, TriggerKey key, Call call, Instant now) {
    Signature.Verdict verdict = verdict(provider, call, keys.find(key, Instant.MIN), now);
    if (verdict instanceof Signature.Verdict.Refused) {
      // The secret may have been changed a moment ago.
      verdict = verdict(provider, call, keys.find(key, now.minusSeconds(1)), now);
    }
    return switch (verdict) {
      case Signature.Verdict.Genuine genuine -> genuine;
      case Signature.Verdict.Refused(String why) -> {
        log.info("refused a webhook trigger={}: {}", key, why);
        throw new ProblemException(
            401,
            "Unauthorized",
            "There is no such trigger for these webhooks, or the call is not signed with its secret, or too long ago.");
      }
    };
  }

  private static Signature.Verdict verdict(
      GitEvent.Provider provider, Call call, Optional<WebhookKey> key, Instant now) {
    if (key.isEmpty() || key.get().provider() != provider) {
      return new Signature.Verdict.Refused("no such trigger for webhooks of " + provider);
    }
    return Signature.check(provider, key.get().secret(), call, now);
  }

  private static List<GitEvent> events(
      GitEvent.Provider provider,
      TriggerKey key,
      Call call,
      @Nullable String fingerprint,
      Instant now) {
    JsonNode payload;
    try {
      payload = ContractMapper.json().readTree(call.json());
    } catch (JacksonException e) {
      throw new ProblemException(
          400, "Bad request", "The webhook's body is no JSON (expected: a JSON object).");
    }
    if (!payload.isObject()) {
      throw new ProblemException(
          400, "Bad request", "The webhook's body is no JSON object (expected: one).");
    }
    List<Told> told =
        switch (provider) {
          case GITHUB -> GithubCalls.read(event(call, "x-github-event"), payload);
          case GITEA -> GithubCalls.read(event(call, "x-gitea-event"), payload);
          case GITLAB -> GitlabCalls.read(event(call, "x-gitlab-event"), payload);
          case BITBUCKET -> BitbucketCalls.read(event(call, "x-event-key"), payload);
          case GENERIC -> GenericCalls.read(event(call, "x-archway-event"), payload);
        };
    String delivery = delivery(provider, call, fingerprint);
    List<GitEvent> events = new ArrayList<>();
    for (int i = 0; i < told.size(); i++) {
      String suffix = told.size() == 1 ? "" : "." + (i + 1);
      events.add(
          event(
              provider,
              key,
              call,
              payload,
              told.get(i),
              delivery + suffix,
              fingerprint == null || suffix.isEmpty() ? fingerprint : sha256(fingerprint + suffix),
              now));
    }
    return events;
  }

  private static GitEvent event(
      GitEvent.Provider provider,
      TriggerKey key,
      Call call,
      JsonNode payload,
      Told told,
      String delivery,
      @Nullable String fingerprint,
      Instant now) {
    return new GitEvent(
        key,
        provider,
        delivery,
        fingerprint,
        now,
        told.event(),
        told.kind(),
        told.action(),
        told.ref(),
        told.commit(),
        told.baseCommit(),
        told.on().repository(),
        told.on().url(),
        told.on().user(),
        told.title(),
        told.comment(),
        told.pullRequest(),
        told.changes(),
        call.told(),
        payload.toString());
  }

  private static String event(Call call, String header) {
    String event = call.header(header);
    return event == null ? "push" : event;
  }

  /** The server's id of the call; without one, the content's. */
  private static String delivery(
      GitEvent.Provider provider, Call call, @Nullable String fingerprint) {
    List<String> headers =
        switch (provider) {
          case GITHUB -> List.of("x-github-delivery");
          case GITEA -> List.of("x-gitea-delivery");
          case GITLAB -> List.of("idempotency-key", "x-gitlab-event-uuid");
          case BITBUCKET -> List.of("x-request-uuid");
          case GENERIC -> List.of("x-archway-delivery");
        };
    for (String header : headers) {
      String id = call.header(header);
      if (id != null) {
        return id.length() <= LONGEST_ID && id.matches("[A-Za-z0-9._{}-]+") ? id : sha256(id);
      }
    }
    return fingerprint == null ? Digest.sha256(call.body()).hex() : fingerprint;
  }

  private static String sha256(String text) {
    return Digest.sha256(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hex();
  }

  /** Keyed so that what concerns one branch of one trigger stays in order. */
  private static Envelope envelope(GitEvent event) {
    String key = event.trigger() + "/" + event.ref();
    return Envelopes.of(
        "gateway", event.trigger() + "/" + event.delivery(), key, event.receivedAt(), event);
  }
}
