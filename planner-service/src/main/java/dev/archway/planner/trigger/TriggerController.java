package dev.archway.planner.trigger;

import dev.archway.contract.api.Delivery;
import dev.archway.contract.api.StoredDocument;
import dev.archway.contract.api.WebhookKey;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.web.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Keeps triggers, and shows and repeats their calls. */
@RestController
final class TriggerController {
  private static final String TRIGGERS = "/api/v1/orgs/{org}/projects/{project}/triggers";
  private static final String TRIGGER = TRIGGERS + "/{id}";

  private final TriggerStore store;
  private final Triggers triggers;
  private final Function<SecretRef, String> secrets;
  private final Clock clock;

  TriggerController(
      TriggerStore store, Triggers triggers, Function<SecretRef, String> secrets, Clock clock) {
    this.store = store;
    this.triggers = triggers;
    this.secrets = secrets;
    this.clock = clock;
  }

  @GetMapping(TRIGGERS)
  List<StoredDocument> list(@PathVariable String org, @PathVariable String project) {
    return store.list(org, project);
  }

  @GetMapping(TRIGGER)
  StoredDocument show(
      @PathVariable String org, @PathVariable String project, @PathVariable String id) {
    return find(new TriggerKey(org, project, id));
  }

  @PutMapping(TRIGGER)
  StoredDocument put(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @RequestBody String yaml) {
    TriggerKey key = new TriggerKey(org, project, id);
    TriggerReader.Read read = TriggerReader.read(yaml, key);
    Trigger trigger = read.trigger();
    Instant now = clock.instant();
    Instant next =
        trigger.enabled() && trigger.source() instanceof Trigger.Source.Scheduled(Schedule schedule)
            ? schedule.after(now).orElse(null)
            : null;
    store.put(key, trigger.name(), yaml, next, now);
    return new StoredDocument(org, project, id, trigger.name(), yaml, now, read.warnings());
  }

  @DeleteMapping(TRIGGER)
  ResponseEntity<Void> delete(
      @PathVariable String org, @PathVariable String project, @PathVariable String id) {
    TriggerKey key = new TriggerKey(org, project, id);
    if (!store.delete(key)) {
      throw unknown(key);
    }
    return ResponseEntity.noContent().build();
  }

  @GetMapping(TRIGGER + "/deliveries")
  List<Delivery> deliveries(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @RequestParam(required = false) @Nullable Instant before,
      @RequestParam(defaultValue = "50") int limit) {
    TriggerKey key = new TriggerKey(org, project, id);
    find(key);
    return store.deliveries(key, before, limit);
  }

  @GetMapping(TRIGGER + "/deliveries/{delivery}")
  Delivery delivery(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @PathVariable String delivery) {
    return call(new TriggerKey(org, project, id), delivery);
  }

  @PostMapping(TRIGGER + "/deliveries/{delivery}/replay")
  Delivery replay(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @PathVariable String delivery) {
    TriggerKey key = new TriggerKey(org, project, id);
    return triggers.replay(key, call(key, delivery));
  }

  /** For the gateway, which checks the calls; not one of its routes. */
  @GetMapping("/internal/webhooks/{org}/{project}/{id}")
  WebhookKey webhook(
      @PathVariable String org, @PathVariable String project, @PathVariable String id) {
    TriggerKey key = new TriggerKey(org, project, id);
    StoredDocument stored = find(key);
    Trigger trigger = TriggerReader.read(Objects.requireNonNull(stored.yaml()), key).trigger();
    if (trigger.source() instanceof Trigger.Source.Webhook webhook) {
      return new WebhookKey(webhook.provider(), secrets.apply(webhook.secret()));
    }
    throw unknown(key);
  }

  private StoredDocument find(TriggerKey key) {
    return store.find(key).orElseThrow(() -> unknown(key));
  }

  private Delivery call(TriggerKey key, String delivery) {
    find(key);
    return store
        .delivery(key, delivery)
        .orElseThrow(() ->
            new ProblemException(
                404, "Not found", "trigger %s has no delivery \"%s\"".formatted(key, delivery)));
  }

  private static ProblemException unknown(TriggerKey key) {
    return new ProblemException(
        404,
        "Not found",
        "no trigger %s (expected: one that is stored; PUT it at /api/v1/orgs/%s/projects/%s/triggers/%s)"
            .formatted(key, key.org(), key.project(), key.id()));
  }
}
