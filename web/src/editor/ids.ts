/** Ids of records made here: sortable by time, unique among people who label the same item. */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

/** A new id of 16 characters: 9 of time, 7 (35 bits) of chance. */
export function newId(now: number = Date.now(), random: () => number = Math.random): string {
  let time = ""
  for (let rest = now, i = 0; i < 9; i++) {
    time = ALPHABET[rest % 32] + time
    rest = Math.floor(rest / 32)
  }
  let chance = ""
  for (let i = 0; i < 7; i++) chance += ALPHABET[Math.floor(random() * 32)]
  return time + chance
}
