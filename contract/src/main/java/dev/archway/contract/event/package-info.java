/** What has happened. Events are facts and may not be refused; names are in the past tense. */
@NullMarked
package dev.archway.contract.event;

import org.jspecify.annotations.NullMarked;
