/** First and last names for members. Together they give far more people than a studio has. */
export const FIRST_NAMES = [
  ..."Ada Alma Amir Anders Anika Bela Bruno Camille Carlos Celia Chidi Clara Dalia Darius Delia Diego Edith Eli Elena".split(
    " ",
  ),
  ..."Emeka Esther Farah Felix Flora Gabe Gita Greta Hana Hector Hugo Imani Ines Iris Isaac Jaya Joaquin Jonah June".split(
    " ",
  ),
  ..."Kai Kavya Keiko Lars Leila Leo Lucia Mabel Malik Marta Mateo Mei Milo Nadia Noor Odell Olive Omar Opal Owen".split(
    " ",
  ),
  ..."Paloma Petra Priya Quinn Rafael Reina Rohan Rosa Ruben Sadie Samir Selma Silas Sofia Soren Tala Teo Thea Tomas".split(
    " ",
  ),
] as const;

export const LAST_NAMES = [
  ..."Abbott Acosta Ahmadi Alvarez Anand Archer Baca Baker Begay Bell Benally Berg Bianchi Blum Bravo Castillo Chen".split(
    " ",
  ),
  ..."Cole Cruz Dawson Delgado Diaz Duran Ellis Eriksen Fields Flores Fox Frank Garza Goodman Gray Haddad Hale Hart".split(
    " ",
  ),
  ..."Hayes Herrera Holt Ibarra Ito Jensen Joshi Kaplan Kim King Kowalski Lang Larkin Leal Lopez Lund Maes Marin".split(
    " ",
  ),
  ..."Mendoza Moreno Nakai Nguyen Novak Okafor Ortega Park Patel Peralta Quintero Ramos Reed Rios Rojas Romero Rowe".split(
    " ",
  ),
  ..."Salas Sato Shaw Silva Stone Tran Tsosie Vance Vargas Vega Walsh Ward Watts Yazzie York Young Zamora Ziegler".split(
    " ",
  ),
] as const;

/** What people bring to a kiln. */
export const BATCH_TITLES = [
  "Breakfast mugs",
  "Serving bowls",
  "Dinner plates, set of six",
  "Bud vases",
  "Planters",
  "Tall vases",
  "Tea bowls",
  "Ramen bowls",
  "Casserole dishes",
  "Spoon rests",
  "Butter dishes",
  "Test tiles",
  "Pinch pots",
  "Wall pieces",
  "Lidded jars",
  "Beginner class, week 4",
  "Handbuilding class",
  "Berry bowls",
  "Espresso cups",
  "Garden markers",
] as const;

export const PIECE_KINDS = [
  ["Mug", 95],
  ["Bowl", 80],
  ["Plate", 28],
  ["Bud vase", 150],
  ["Tall vase", 310],
  ["Planter", 190],
  ["Tea bowl", 70],
  ["Lidded jar", 165],
  ["Butter dish", 90],
  ["Test tile", 60],
  ["Pitcher", 230],
  ["Espresso cup", 62],
] as const satisfies readonly (readonly [string, number])[];

export const PIECE_DETAILS = [
  "with a thrown foot",
  "faceted",
  "with slip trailing",
  "altered rim",
  "plain",
  "carved",
] as const;

export const GLAZES = ["Tenmoku", "Celadon", "Floating blue", "Shino", "Satin white", "Rutile green", "Clear"] as const;
