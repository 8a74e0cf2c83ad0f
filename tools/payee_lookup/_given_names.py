"""Frequent given names of several languages, folded. Some that are better known as words or cities are left out."""

from tools.payee_lookup._words import word_set

GIVEN_NAMES = word_set(
    """
    aaron abdul abdullah abigail abraham adam adele adrian adriana adriano agnes ahmad ahmed aidan aisha alan
    albert alberto alejandra alejandro aleksandr alessandro alessia alex alexander alexandra alexandre alexis
    alfred alfredo ali alice alicia alina alison allison alma amanda amber amelia amir amit amy ana anastasia
    andre andrea andreas andres andrew andrzej andy angela angelica angelina angelo anil anita anja anjali ann
    anna anne annette annie anthony antje antoine anton antonia antonio anya arjun armando arnaud arthur arturo
    arun ashley astrid aurelie ava axel ayesha barbara beate beatrice beatriz becky ben benedikt benjamin benoit
    bernard bernd beth bethany betty beverly bjoern bjorn bob bobby boris brandon brenda brent brian bridget
    britta bruno bryan camila camille candice carl carla carlos carmen carol carole caroline carolyn carsten
    catherine cathy cecile cecilia celine cesar chad chantal charlene charles charlie charlotte chen cheryl
    chiara chloe chris christa christian christiane christina christine christoph christophe christopher christy
    cindy claire clara clarence claude claudia claudio clemens colin colleen connie constance corinna corinne
    courtney craig cristian cristina curtis cynthia dagmar daisuke damien dan dana daniel daniela daniele
    danielle danny darlene darren dave david dawn dean deborah debra deepak deepika delphine denis denise dennis
    derek diana diane diego dieter dietmar dimitri dirk dmitri dmitry dominic dominik dominique don donald donna
    doris dorothy doug douglas duane dustin dylan ebony edgar edith eduardo edward edwin eileen elaine eleanor
    elena eli elias elisa elisabeth elizabeth elke ella ellen elsa emanuel emil emilia emilie emilio emily emma
    emmanuel enrico enrique eric erica erich erik erika erin ernest ernesto ernst esteban esther ethan eugene
    eva evan evelyn fabian fabien fabio fabrice fatima fatma federica federico felicia felipe felix fernanda
    fernando florence florian frances francesca francesco francis francisco franck francois francoise frank
    franz fred frederic frederick friedrich gabriel gabriela gabriele gabrielle gareth gary gavin geoffrey georg
    george georges gerald gerard gerd gerhard giorgio giovanni gisela giulia giuseppe gladys glenn gloria
    gonzalo gordon graham greg gregor gregory greta gretchen guadalupe guillaume guillermo gunther gustavo
    hannah hannes hans harald harold harry hassan heather hector heidi heike heinrich heinz helen helena helene
    helga helmut hendrik henri henrik henry herbert hermann hilda hiroshi holger howard hubert hugo hussein ian
    ibrahim ignacio igor ilse imran ines inge ingrid irene irina iris irma isaac isabel isabella isabelle ismail
    ivan jack jackie jacob jacqueline jacques jaime jake jakob jakub jamal james jamie jan jana jane janet
    janice jared jasmin jasmine jason javier jay jean jeanette jeanne jeff jeffery jeffrey jenna jennifer jenny
    jens jeremy jerome jerry jesse jessica jesus jill jim jimmy joachim joan joanna joanne joao jochen joe joel
    joerg johan johann johanna johannes john johnny jon jonas jonathan jordan jorge jose josef joseph josephine
    joshua joyce juan juana juanita judith judy juergen julia julian juliana julie julien juliette julio justin
    jutta kai karen karim karin karina karl karla kate katharina katherine kathleen kathrin kathryn kathy katie
    katja katrin kayla keith kelly ken kenji kenneth kerstin kevin khalid kim kimberly klaus konrad kristen
    kristin kristina krzysztof kumar kurt kyle laetitia lakshmi larissa larry lars laura lauren laurence laurent
    lawrence lea leah lena leo leon leonard leonardo leslie leticia liam lillian lina linda lisa logan lorena
    lorenzo lori louis louise luc luca lucas lucia luciano lucie lucy ludwig luis luisa lukas luke luz lydia
    lynn magdalena maggie malik manfred manuel manuela marc marcel marcela marcelo marcia marcin marco marcos
    marcus margaret margarita margit maria mariana marianne marie marina mario marion marisol mark marko markus
    marlene martha martin martina marvin mary masako mateo mathieu mathilde matteo matthew matthias matthieu
    maureen maurice mauricio max maxime maximilian megan mehmet melanie melinda melissa mercedes mia michael
    michaela michal michele michelle miguel mihai mike mikhail milena miriam misty mohamed mohammad mohammed
    molly monica monika monique morgan muhammad mustafa nadia nadine nancy naomi natalia natalie natasha
    nathalie nathan neha neil nelson nicholas nicola nicolas nicole nikhil nikola nikolai nina noah noel nora
    norbert norma norman oksana oleg olga oliver olivia olivier omar oscar otto pablo pamela paola paolo pascal
    patel patrice patricia patrick paul paula pauline paulo pavel pedro peggy penny peter petra philip philipp
    philippe phillip phyllis pierre piotr pooja priya rachel rafael rahul rainer raj rajesh ralf ralph ramon
    ramona randy raphael raquel raul ravi raymond rebecca regina reiner renate rene ricardo riccardo richard
    rick rita robert roberta roberto robin rodrigo roger roland rolf roman ron ronald rosa rosemary rosie ross
    roy ruben rudolf russell ruth ryan sabine sabrina sally salvatore sam samantha samir samuel sandra sandrine
    sandy sanjay santiago sara sarah sascha satoshi scott sean sebastian sebastien serge sergei sergio shane
    shannon sharon shaun shawn sheila shelly sherry shirley sibylle siegfried sigrid silke silvia simon simona
    simone sofia sonia sonja sophia sophie stacey stacy stefan stefanie stefano stephan stephane stephanie
    stephen steve steven stuart sunil suresh susan susanna susanne suzanne sven svetlana sylvia sylvie takashi
    tamara tammy tania tanja tanya tara tatiana ted teresa terrence terri terry theo theodor theodore theresa
    therese thierry thomas thorsten tiffany tim timo timothy tina tobias todd tom tomas tomasz tommy toni tony
    torsten tracey tracy travis trevor tristan troy tyler ulrich ulrike ursula ute uwe valentin valentina
    valeria valerie vanessa vera veronica veronika veronique vicki vicky victor victoria vijay viktor vincent
    vincenzo virginia virginie vladimir volker walter wanda wayne wendy werner wilfried wilhelm william willie
    wolfgang xavier yan yannick yasmin yolanda yuki yusuf yvette yvonne zachary zhang zoe
    """
)
