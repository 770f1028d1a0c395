import { equals, from, until } from '../api/list.ts'
import { list, type Route, retrieve } from '../api/route.ts'

export const eventRoutes: readonly Route[] = [
  list('/api/events', 'event', {
    resource: equals('resource'),
    entity_id: equals('entity_id'),
    event_name: equals('event_name'),
    event_time_start: from('event_time'),
    event_time_end: until('event_time'),
  }),
  retrieve('/api/events/:id', 'event'),
]
