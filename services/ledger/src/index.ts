export { recipesMarkdown } from './recipe/recipes.md.ts'
export { RECIPES } from './recipe/recipes.ts'
